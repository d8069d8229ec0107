/* What Swift's Glibc module lacks or can't express: functions hidden behind _GNU_SOURCE, variadic
   ones, structs with unions, and a handler of a signal. Nothing here decides anything else. */
#ifndef STELE_CLINUX_SHIM_H
#define STELE_CLINUX_SHIM_H

#include <fcntl.h>
#include <grp.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/syscall.h>
#include <unistd.h>

extern int accept4(int, struct sockaddr *, socklen_t *, int);
extern int pthread_setname_np(pthread_t, const char *);

/* O_DIRECT of open(2), past the page cache; its number differs between machines. */
static const int clinux_direct = __O_DIRECT;

/* struct ucred of unix(7). */
struct clinux_credentials {
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
};

static inline int clinux_peer(int descriptor, struct clinux_credentials *result) {
    socklen_t size = sizeof *result;
    return getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, result, &size);
}

static inline int clinux_accept(int listener) {
    return accept4(listener, 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

static inline int clinux_stream_socket(int flags) {
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
}

static inline int clinux_datagram_socket(void) {
    return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static inline int clinux_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0); }

static inline int clinux_name_thread(const char *name) {
    return pthread_setname_np(pthread_self(), name);
}

/* For this thread alone: others get its core rather than it, and at the latest after so many nanoseconds.
   Kernels before 6.12 pass over the latter. sched_setattr(2), which glibc lacks. */
static inline int clinux_lower_priority(int nice, uint64_t slice) {
    const struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {.size = 48, .policy = 0 /* SCHED_OTHER */, .nice = nice, .runtime = slice};
    return (int)syscall(SYS_sched_setattr, 0, &attributes, 0u);
}

/* Gives what malloc holds and nobody uses back to the system, whole pages of it. */
static inline void clinux_give_back_memory(void) { malloc_trim(1 << 20); }

/* SCHED_IDLE, for this thread: whoever else wakes has its core at once, where one with a high nice value
   may keep it for some milliseconds. */
static inline int clinux_run_when_idle(void) {
    const int idle = 5; /* SCHED_IDLE, which is hidden, too */
    const struct sched_param none = {0};
    return sched_setscheduler(0, idle, &none);
}

/* The file in which such a death is noted. */
static inline char *clinux_fault_note(void) {
    static char path[4096];
    return path;
}

/* A page of a mapped file that can't be had (SIGBUS: the file was cut short, or its disk failed), or one
   that leads nowhere (SIGSEGV and SIGABRT out of LMDB, which follows what its pages say). The thread can't go
   on, and nothing may be answered any more. In C, since a handler may only do what signal-safety(7)
   lists, and Swift makes no such promise. */
static inline void clinux_memory_fault(int number) {
    static const char text[] =
        "steled: a page of the log or the state can't be read (SIGBUS): the file was cut short or "
        "the disk failed; stopped without answering\n";
    int note = open(clinux_fault_note(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    ssize_t written = write(note, "\2", 1);
    if (number != SIGBUS) return; /* to the same fault, of which the process now dies */
    written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    _exit(76);
}

/* From now on the process leaves the byte 02 in the file of that name when it dies of such a fault, and
   ends with 76 in case of SIGBUS. */
static inline int clinux_note_memory_faults(const char *note) {
    struct sigaction action = {.sa_handler = clinux_memory_fault, .sa_flags = SA_RESETHAND};
    if (strlen(note) >= 4096) return -1;
    strcpy(clinux_fault_note(), note);
    return sigaction(SIGBUS, &action, 0) | sigaction(SIGSEGV, &action, 0)
        | sigaction(SIGABRT, &action, 0);
}

/* Begins the program again, once, with a malloc that asks for huge pages: GLIBC_TUNABLES, which is read
   before main, is the only way to tell it. Commands of a ledger with a million accounts look at memory
   all over; with pages of 4 KiB the processor spends a fifth of its time finding out where they are.
   Returns where that is done already, was decided otherwise by the environment, or can't be done. */
static inline void clinux_begin_with_huge_pages(char **arguments) {
    static const char wanted[] = "glibc.malloc.hugetlb=1";
    const char *given = getenv("GLIBC_TUNABLES");
    char tunables[1024], path[4096];
    if (given && strstr(given, "glibc.malloc.hugetlb")) return;
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0) return;
    path[length] = 0;
    int count = snprintf(
        tunables, sizeof tunables, "%s%s%s", given ? given : "", given && *given ? ":" : "", wanted);
    if (count >= (int)sizeof tunables || setenv("GLIBC_TUNABLES", tunables, 1) != 0) return;
    execv(path, arguments);
}

/* struct epoll_event without its union: the kernel never looks at the token. */
struct clinux_event {
    uint32_t flags;
    uint64_t token;
} __attribute__((packed));

_Static_assert(sizeof(struct clinux_event) == sizeof(struct epoll_event), "same layout");

static inline int clinux_poll_add(int poller, int descriptor, uint32_t flags, uint64_t token) {
    struct epoll_event event = {.events = flags, .data = {.u64 = token}};
    return epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event);
}

static inline int clinux_poll_wait(int poller, struct clinux_event *events, int count, int timeout) {
    return epoll_wait(poller, (struct epoll_event *)events, count, timeout);
}

static const uint32_t clinux_readable = EPOLLIN;
static const uint32_t clinux_connection = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
static const uint32_t clinux_ended = EPOLLHUP | EPOLLERR;
static const uint32_t clinux_half_closed = EPOLLRDHUP;
static const uint32_t clinux_writable = EPOLLOUT;
static const int clinux_receive_flags = MSG_DONTWAIT;
static const int clinux_send_flags = MSG_DONTWAIT | MSG_NOSIGNAL;

#endif
