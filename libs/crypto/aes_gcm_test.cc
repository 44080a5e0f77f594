#include "libs/crypto/aes_gcm.h"

#include <gtest/gtest.h>

#include "libs/base/text.h"

namespace vefa::crypto {
namespace {

// Test cases 13 to 16 of McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", appendix B,
// the specification that was submitted to NIST: those of AES-256 with a nonce of 96 bits.
struct Vector {
  const char* key;
  const char* nonce;
  const char* plain;
  const char* additional;
  const char* sealed;  // Ciphertext and tag.
};
constexpr Vector kVectors[] = {
    {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "", "",
     "530f8afbc74536b9a963b4f1c4cb738b"},
    {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "00000000000000000000000000000000", "", "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
     "",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
     "b094dac5d93471bdec1a502270e3cc6c"},
    {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
     "76fc6ece0f4e1768cddf8853bb2d551b"}};

std::string Hex(const char* digits) { return *FromHex(digits); }

TEST(AesGcmTest, MeetsTheVectorsOfItsSpecification) {
  for (const Vector& vector : kVectors) {
    EXPECT_EQ(ToHex(AesGcmEncrypt(Hex(vector.key), Hex(vector.nonce), Hex(vector.plain), Hex(vector.additional))),
              vector.sealed);
    auto plain = AesGcmDecrypt(Hex(vector.key), Hex(vector.nonce), Hex(vector.sealed), Hex(vector.additional));
    ASSERT_TRUE(plain.ok());
    EXPECT_EQ(ToHex(*plain), vector.plain);
  }
}

// Every byte of everything, one at a time.
TEST(AesGcmTest, RefusesWhatWasChanged) {
  const std::string key = Hex(kVectors[3].key), nonce = Hex(kVectors[3].nonce), sealed = Hex(kVectors[3].sealed),
                    additional = Hex(kVectors[3].additional);
  auto refused = [&](size_t which, size_t at) {
    std::string parts[4] = {key, nonce, sealed, additional};
    parts[which][at] ^= 1;
    auto plain = AesGcmDecrypt(parts[0], parts[1], parts[2], parts[3]);
    return !plain.ok() && plain.error().code == Code::kDataLoss && plain.error().reason == "CIPHERTEXT_BROKEN";
  };
  ASSERT_TRUE(AesGcmDecrypt(key, nonce, sealed, additional).ok());
  const size_t sizes[4] = {key.size(), nonce.size(), sealed.size(), additional.size()};
  for (size_t which = 0; which < 4; ++which)
    for (size_t at = 0; at < sizes[which]; ++at) EXPECT_TRUE(refused(which, at)) << which << " " << at;
}

TEST(AesGcmTest, RefusesWhatIsTooShortOrHasAnotherNonce) {
  const std::string key(32, 'k'), nonce(12, 'n');
  std::string sealed = AesGcmEncrypt(key, nonce, "Ayşe", "");
  for (size_t size = 0; size < sealed.size(); ++size)
    EXPECT_FALSE(AesGcmDecrypt(key, nonce, std::string_view(sealed).substr(0, size), "").ok()) << size;
  EXPECT_FALSE(AesGcmDecrypt(key, "", sealed, "").ok());
  EXPECT_FALSE(AesGcmDecrypt(key, nonce + "n", sealed, "").ok());
  EXPECT_FALSE(AesGcmDecrypt(key, nonce, sealed + "x", "").ok());
}

TEST(WipeTest, LeavesNothing) {
  std::string secret = "gizli";
  Wipe(secret);
  EXPECT_EQ(secret, std::string(5, '\0'));
  std::string none;
  Wipe(none);
  EXPECT_TRUE(none.empty());
}

}  // namespace
}  // namespace vefa::crypto
