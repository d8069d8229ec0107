"""Keyed hashes and sealed text as section 5 of ops/formats.md describes them, in plain Python.

Slow and simple on purpose: it shares no code with the daemon and needs only the standard library.
"""

import hashlib
import struct

MASK = (1 << 64) - 1


def _rotate(x, bits):
    return ((x << bits) | (x >> (64 - bits))) & MASK


def _siphash(key, data, wide):
    k0, k1 = struct.unpack("<QQ", key)
    v0, v1 = k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D
    v2, v3 = k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573
    if wide:
        v1 ^= 0xEE

    def rounds(v0, v1, v2, v3, count):
        for _ in range(count):
            v0 = (v0 + v1) & MASK
            v1 = _rotate(v1, 13) ^ v0
            v0 = _rotate(v0, 32)
            v2 = (v2 + v3) & MASK
            v3 = _rotate(v3, 16) ^ v2
            v0 = (v0 + v3) & MASK
            v3 = _rotate(v3, 21) ^ v0
            v2 = (v2 + v1) & MASK
            v1 = _rotate(v1, 17) ^ v2
            v2 = _rotate(v2, 32)
        return v0, v1, v2, v3

    whole = len(data) // 8 * 8
    tail = data[whole:] + bytes(7 - len(data) % 8) + bytes([len(data) & 0xFF])
    for (word,) in struct.iter_unpack("<Q", data[:whole] + tail):
        v3 ^= word
        v0, v1, v2, v3 = rounds(v0, v1, v2, v3, 2)
        v0 ^= word
    v2 ^= 0xEE if wide else 0xFF
    v0, v1, v2, v3 = rounds(v0, v1, v2, v3, 4)
    first = v0 ^ v1 ^ v2 ^ v3
    if not wide:
        return struct.pack("<Q", first)
    v1 ^= 0xDD
    v0, v1, v2, v3 = rounds(v0, v1, v2, v3, 4)
    return struct.pack("<QQ", first, v0 ^ v1 ^ v2 ^ v3)


def siphash128(key, data):
    """SipHash-2-4 with 16 bytes of output."""
    return _siphash(key, data, wide=True)


def siphash64(key, data):
    """SipHash-2-4 with 8 bytes of output."""
    return _siphash(key, data, wide=False)


def token_of_key(slot, key):
    """The token that `KEY key` leaves in the log, under the account's (or the ledger's) slot."""
    return siphash128(slot[:16], b"\x00" + key)


def directory_key(slot0, account_id):
    return siphash128(slot0[:16], b"\x02" + account_id)


# AES-128, encryption only: CMAC and counter mode need no more.


def _tables():
    """The S-box (FIPS 197 section 5.1.1): the inverse in GF(2^8), then an affine map."""
    power, log, x = [0] * 256, [0] * 256, 1
    for i in range(255):
        power[i], log[x] = x, i
        x ^= (x << 1) ^ (0x11B if x & 0x80 else 0)
        x &= 0xFF
    box = []
    for value in range(256):
        inverse = power[(255 - log[value]) % 255] if value else 0
        spread = inverse
        for shift in range(1, 5):
            spread ^= ((inverse << shift) | (inverse >> (8 - shift))) & 0xFF
        box.append(spread ^ 0x63)
    return box


SBOX = _tables()
DOUBLE = [(x << 1) ^ (0x11B if x & 0x80 else 0) for x in range(256)]


class AES128:
    def __init__(self, key):
        words = [list(key[i : i + 4]) for i in range(0, 16, 4)]
        constant = 1
        for i in range(4, 44):
            word = words[i - 1]
            if i % 4 == 0:
                word = [SBOX[b] for b in word[1:] + word[:1]]
                word[0] ^= constant
                constant = DOUBLE[constant]
            words.append([a ^ b for a, b in zip(words[i - 4], word)])
        self.round_keys = [sum(words[i : i + 4], []) for i in range(0, 44, 4)]

    def encrypt(self, block):
        state = [a ^ b for a, b in zip(block, self.round_keys[0])]
        for number in range(1, 11):
            # SubBytes and ShiftRows in one: byte 4c + r comes from column c + r.
            state = [SBOX[state[(4 * (i // 4 + i % 4) + i % 4) % 16]] for i in range(16)]
            if number < 10:
                mixed = []
                for c in range(0, 16, 4):
                    a = state[c : c + 4]
                    every = a[0] ^ a[1] ^ a[2] ^ a[3]
                    mixed += [a[i] ^ every ^ DOUBLE[a[i] ^ a[(i + 1) % 4]] for i in range(4)]
                state = mixed
            state = [a ^ b for a, b in zip(state, self.round_keys[number])]
        return bytes(state)


def _xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def _double(block):
    value = int.from_bytes(block, "big") << 1
    if value >> 128:
        value = (value & ((1 << 128) - 1)) ^ 0x87
    return value.to_bytes(16, "big")


def _cmac(cipher, data):
    """RFC 4493."""
    key = _double(cipher.encrypt(bytes(16)))
    whole = data and len(data) % 16 == 0
    if not whole:
        key = _double(key)
        data = data + b"\x80" + bytes(-(len(data) + 1) % 16)
    state = bytes(16)
    for at in range(0, len(data) - 16, 16):
        state = cipher.encrypt(_xor(state, data[at : at + 16]))
    return cipher.encrypt(_xor(_xor(state, data[-16:]), key))


def siv_open(key, associated, sealed):
    """The plain bytes of RFC 5297 with one associated string, or None if they aren't genuine."""
    mac, counter_cipher = AES128(key[:16]), AES128(key[16:])
    vector, hidden = sealed[:16], sealed[16:]
    counter = int.from_bytes(vector, "big") & ~(1 << 63) & ~(1 << 31)
    plain = b""
    for at in range(0, len(hidden), 16):
        stream = counter_cipher.encrypt(counter.to_bytes(16, "big"))
        plain += _xor(hidden[at : at + 16], stream)
        counter = (counter + 1) % (1 << 128)
    digest = _xor(_double(_cmac(mac, bytes(16))), _cmac(mac, associated))
    if len(plain) >= 16:
        last = plain[:-16] + _xor(plain[-16:], digest)
    else:
        last = _xor(_double(digest), plain + b"\x80" + bytes(15 - len(plain)))
    return plain if _cmac(mac, last) == vector else None


def unseal(slot, sequence, field, sealed):
    """A sealed text of an event: field 0 is an account's id, 1 the memo, 2 + i is input i."""
    key = hashlib.sha256(slot[16:] + b"stele text v1").digest()
    return siv_open(key, struct.pack("<QB", sequence, field), sealed)
