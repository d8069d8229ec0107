"""The independent reader's own arithmetic against published test vectors."""

import sealing


def unhex(text):
    return bytes.fromhex(text.replace(" ", ""))


def test_aes_128_as_in_fips_197():
    cipher = sealing.AES128(bytes(range(16)))
    plain = unhex("00112233445566778899aabbccddeeff")
    assert cipher.encrypt(plain) == unhex("69c4e0d86a7b0430d8cdb78070b4c55a")


def test_siv_as_in_rfc_5297_appendix_a1():
    key = unhex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0 f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
    associated = unhex("101112131415161718191a1b1c1d1e1f 2021222324252627")
    sealed = unhex("85632d07c6e8f37f950acd320a2ecc93 40c02b9690c4dc04daef7f6afe5c")
    assert sealing.siv_open(key, associated, sealed) == unhex("112233445566778899aabbccddee")
    assert sealing.siv_open(key, associated, bytes(16) + sealed[16:]) is None


def test_siphash_as_in_its_reference():
    key, data = bytes(range(16)), bytes(range(15))
    assert sealing.siphash64(key, data) == unhex("e545be4961ca29a1")
    assert sealing.siphash128(key, b"") == unhex("a3817f04ba25a8e66df67214c7550293")
    assert sealing.siphash128(key, bytes([0])) == unhex("da87c1d86b99af44347659119b22fc45")
