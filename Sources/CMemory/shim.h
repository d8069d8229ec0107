/* The one instruction about memory that Swift has no name for. */
#ifndef STELE_CMEMORY_SHIM_H
#define STELE_CMEMORY_SHIM_H

/* Has the processor fetch a cache line, and goes on without it. An address that can't be read is no fault. */
static inline void cmemory_prefetch(const void *address) { __builtin_prefetch(address); }

#endif
