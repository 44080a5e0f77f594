#include "services/notification/mail/quoted_printable.h"

#include <gtest/gtest.h>

#include <random>

namespace vefa::notification {
namespace {

std::string Encode(std::string_view text) {
  std::string out;
  QuotedPrintable(out).Add(text);
  return out;
}

// A reader of its own, so that the encoder is not checked by itself.
std::string Decode(std::string_view wire) {
  std::string text;
  for (size_t i = 0; i < wire.size(); ++i) {
    if (wire[i] != '=') {
      text += wire[i];
    } else if (wire.substr(i, 3) == "=\r\n") {
      i += 2;
    } else {
      text += static_cast<char>(std::stoi(std::string(wire.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    }
  }
  return text;
}

TEST(QuotedPrintableTest, Vectors) {
  EXPECT_EQ(Encode("Merhaba Şule,"), "Merhaba =C5=9Eule,");
  EXPECT_EQ(Encode("x  \n"), "x =20\r\n");
  EXPECT_EQ(Encode(".\n"), "=2E\r\n");
  EXPECT_EQ(Encode("=3D"), "=3D3D");
  EXPECT_EQ(Encode("a\t"), "a=09");
  EXPECT_EQ(Encode(std::string(80, 'a')), std::string(75, 'a') + "=\r\naaaaa");
  EXPECT_EQ(Encode("From here\nFromage"), "=46rom here\r\nFromage");
  EXPECT_EQ(Encode("a\r\nb\rc\n"), "a\r\nb=0Dc\r\n");
  EXPECT_EQ(Encode(""), "");
}

TEST(QuotedPrintableTest, EncodesADotThatASoftBreakMoves) {
  std::string wire = Encode(std::string(75, 'a') + ".b");
  EXPECT_EQ(wire, std::string(75, 'a') + "=\r\n=2Eb");
}

TEST(QuotedPrintableTest, AnyTextKeepsItsOctetsAndTheLimits) {
  std::mt19937 random(7);  // NOLINT: the same texts every time.
  const std::string alphabet = std::string("ab .=\t\nF\0", 9) + "From \xC5\x9E\xF0\x9F\x98\x80\x7F";
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (size_t n = random() % 300; n > 0; --n) text += alphabet[random() % alphabet.size()];
    std::string wire = Encode(text);
    std::string expected;
    for (char c : text) expected += c == '\n' ? std::string("\r\n") : std::string(1, c);
    ASSERT_EQ(Decode(wire), expected);
    for (size_t at = 0; at < wire.size();) {
      size_t end = std::min(wire.find("\r\n", at), wire.size());
      std::string_view line = std::string_view(wire).substr(at, end - at);
      ASSERT_LE(line.size(), 76u);
      ASSERT_EQ(line.find_first_of("\r\n"), std::string_view::npos);
      ASSERT_FALSE(line.starts_with(".") || line.starts_with("From ")) << wire;
      ASSERT_FALSE(line.ends_with(" ") || line.ends_with("\t")) << wire;
      at = end + 2;
    }
  }
}

}  // namespace
}  // namespace vefa::notification
