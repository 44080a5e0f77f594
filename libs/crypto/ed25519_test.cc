#include "libs/crypto/ed25519.h"

#include <gtest/gtest.h>

#include "libs/base/text.h"

namespace vefa::crypto {
namespace {

std::string FromDigits(const char* digits) { return *FromHex(digits); }

TEST(Ed25519Test, MeetsTheVectorsOfRfc8032) {
  SigningKey first(FromDigits("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  EXPECT_EQ(ToHex(first.public_key()), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(ToHex(first.Sign("")),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b");
  SigningKey second(FromDigits("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  EXPECT_EQ(ToHex(second.public_key()), "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  EXPECT_EQ(ToHex(second.Sign("\x72")),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00");
}

// Every byte of everything, one at a time.
TEST(Ed25519Test, RefusesWhatWasChanged) {
  SigningKey key(std::string(32, 's'));
  std::string parts[3] = {key.public_key(), "consent", key.Sign("consent")};
  ASSERT_TRUE(IsSigned(parts[0], parts[1], parts[2]));
  for (std::string& part : parts) {
    for (char& byte : part) {
      byte ^= 1;
      EXPECT_FALSE(IsSigned(parts[0], parts[1], parts[2]));
      byte ^= 1;
    }
  }
  EXPECT_FALSE(IsSigned(parts[0], parts[1], parts[2].substr(1)));
  EXPECT_FALSE(IsSigned("", parts[1], parts[2]));
  EXPECT_FALSE(IsSigned(SigningKey(std::string(32, 't')).public_key(), parts[1], parts[2]));
}

}  // namespace
}  // namespace vefa::crypto
