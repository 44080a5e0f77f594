#include "libs/crypto/crypto.h"

#include <gtest/gtest.h>

#include "libs/base/text.h"

namespace vefa::crypto {
namespace {

// Cheap enough for a unit test; the real cost is OWASP's.
constexpr Argon2Cost kCheap{64, 1, 1};

TEST(Sha256Test, MeetsTheVectorsOfFips180) {
  EXPECT_EQ(ToHex(Bytes(Sha256(""))), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(ToHex(Bytes(Sha256("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(HmacSha256Test, MeetsTheVectorsOfRfc4231) {
  EXPECT_EQ(ToHex(Bytes(HmacSha256(std::string(20, '\x0b'), "Hi There"))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(ToHex(Bytes(HmacSha256("Jefe", "what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  // A key longer than the block is hashed first.
  EXPECT_EQ(
      ToHex(Bytes(HmacSha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"))),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// Keys of exactly a block and one byte more, against `openssl dgst -sha256 -mac HMAC -macopt hexkey:…`.
TEST(HmacSha256Test, KeysAroundTheSizeOfABlock) {
  EXPECT_EQ(ToHex(Bytes(HmacSha256(std::string(64, '\x01'), "vefa"))), "396d74694303a9939a14bcd791c3d6e527049d339e7b61d9e45cbd6e22ac588d");
  EXPECT_EQ(ToHex(Bytes(HmacSha256(std::string(65, '\x01'), "vefa"))), "d29757eb1b310d2396e69b4497bcbe3b1e26051c405ab7dc8fdf1aa976bd6c5c");
}

TEST(HmacSha256Test, AnEmptyKeyIsAKey) {
  EXPECT_EQ(ToHex(Bytes(HmacSha256("", ""))), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  EXPECT_EQ(HmacSha256(std::string_view(), "x"), HmacSha256("", "x"));
}

TEST(ConstantTimeEqualTest, ComparesBytesAndLengths) {
  EXPECT_TRUE(ConstantTimeEqual("", ""));
  EXPECT_TRUE(ConstantTimeEqual(std::string_view("a\0b", 3), std::string_view("a\0b", 3)));
  EXPECT_FALSE(ConstantTimeEqual(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
  EXPECT_FALSE(ConstantTimeEqual("a", "ab"));
}

TEST(RandomStringTest, GivesOtherBytesEachTime) {
  EXPECT_EQ(RandomString(32).size(), 32u);
  EXPECT_NE(RandomString(32), RandomString(32));
}

TEST(Argon2idTest, VerifiesWhatItHashed) {
  auto encoded = Argon2idHash("çok gizli", kCheap);
  ASSERT_TRUE(encoded.ok());
  EXPECT_TRUE(encoded->starts_with("$argon2id$v=19$m=64,t=1,p=1$")) << *encoded;
  EXPECT_TRUE(*Argon2idVerify(*encoded, "çok gizli"));
  EXPECT_FALSE(*Argon2idVerify(*encoded, "cok gizli"));
  EXPECT_FALSE(*Argon2idVerify(*encoded, ""));
  EXPECT_NE(*encoded, *Argon2idHash("çok gizli", kCheap));
}

TEST(Argon2idTest, VerifiesAHashOfTheReferenceImplementation) {
  // echo -n "password" | argon2 somesalt -id -t 2 -m 16 -p 1, version 13.
  EXPECT_TRUE(*Argon2idVerify("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                              "password"));
}

TEST(Argon2idTest, KnowsWhenTheCostChanged) {
  std::string encoded = *Argon2idHash("x", kCheap);
  EXPECT_FALSE(Argon2idNeedsRehash(encoded, kCheap));
  EXPECT_TRUE(Argon2idNeedsRehash(encoded, {128, 1, 1}));
  EXPECT_TRUE(Argon2idNeedsRehash("md5:abc", kCheap));
}

TEST(Argon2idTest, ABadHashIsAnErrorAndCostsNothing) {
  for (const char* bad : {"", "x", "$argon2id$v=19$m=64", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAA",
                          "$argon2id$v=19$m=4294967295,t=4294967295,p=1$c29tZXNhbHQ$AAAA",
                          "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$!!!!"}) {
    auto result = Argon2idVerify(bad, "x");
    ASSERT_FALSE(result.ok()) << bad;
    EXPECT_EQ(result.error().reason, "PASSWORD_HASH_SYNTAX") << bad;
  }
  EXPECT_EQ(Argon2idHash("x", {1, 0, 0}).error().reason, "PASSWORD_HASH_COST");
}

}  // namespace
}  // namespace vefa::crypto
