#include "libs/proof/proof.h"

#include <gtest/gtest.h>

#include "libs/base/text.h"

namespace vefa::proof {
namespace {

Line Some() {
  Line line;
  line.contact = *Uuid::Parse("01890a5d-ac96-774b-bcce-b302099a8057");
  line.line = 7;
  line.purpose = "win-back";
  line.channel = 1;
  line.state = 1;
  line.recipient_type = 1;
  line.capture_source = "HS_WEB";
  line.text_version = 3;
  line.text_hash = std::string(32, 't');
  line.form_hash = std::string(32, 'f');
  line.actor = "users/1";
  line.occur_time = Time(std::chrono::microseconds(1'700'000'000'000'001));
  line.record_time = line.occur_time + std::chrono::seconds(1);
  line.commitment = Commit(std::string(32, 's'), {"ayse@deniz.example", "checkout", "192.0.2.1", "Mozilla"});
  return line;
}

// A file of years ago must be checked the same: these bytes never change. Made once with Python's hashlib from the
// description in ADR 0030.
TEST(ProofTest, TheBytesOfFormatOneNeverChange) {
  EXPECT_EQ(ToHex(Some().commitment), "8996835ae48edd5557b3afd785bd713943efcacfeecd48b88be5278a09f3781b");
  EXPECT_EQ(ToHex(crypto::Bytes(DigestOf(Some()))), "377141cd0dfa86b553e184ff3bc992ee46c8a7bb5f11670cdc2448fe6783f859");
  Uuid tenant = *Uuid::Parse("11111111-2222-7333-8444-555555555555");
  EXPECT_EQ(ToHex(crypto::Bytes(Genesis(tenant))), "6b88f48b8e7f0a257d87be4832f783d661a73f2205e312c0c288813aed97ef01");
  EXPECT_EQ(ToHex(crypto::Bytes(Link(Genesis(tenant), 1, DigestOf(Some())))), "106379d09e87ecd8455fe86006812215eb59822c1483f5bf59e89c25712541bc");
}

TEST(ProofTest, EveryFieldOfALineCounts) {
  std::vector<void (*)(Line&)> changes = {
      [](Line& line) { line.contact.bytes[3] ^= 1; }, [](Line& line) { ++line.line; },
      [](Line& line) { line.purpose += "s"; },        [](Line& line) { ++line.channel; },
      [](Line& line) { ++line.state; },               [](Line& line) { ++line.recipient_type; },
      [](Line& line) { line.capture_source += "x"; }, [](Line& line) { ++line.text_version; },
      [](Line& line) { line.text_hash[0] ^= 1; },     [](Line& line) { line.form_hash[31] ^= 1; },
      [](Line& line) { line.actor += "2"; },          [](Line& line) { line.occur_time += std::chrono::microseconds(1); },
      [](Line& line) { line.record_time += std::chrono::microseconds(1); }, [](Line& line) { line.commitment[5] ^= 1; },
      // A byte that moves from one text to the next is another line.
      [](Line& line) { line.actor = line.form_hash.back() + line.actor; line.form_hash.pop_back(); }};
  for (size_t i = 0; i < changes.size(); ++i) {
    Line line = Some();
    changes[i](line);
    EXPECT_NE(DigestOf(line), DigestOf(Some())) << i;
  }
}

TEST(ProofTest, ACommitmentIsOfOneSaltAndOnePerson) {
  const Person ayse{"ayse@deniz.example", "checkout", "", ""};
  const std::string salt(32, 's');
  EXPECT_EQ(Commit(salt, ayse), Commit(salt, ayse));
  EXPECT_NE(Commit(salt, ayse), Commit(std::string(32, 't'), ayse));
  EXPECT_NE(Commit(salt, ayse), Commit(salt, {"ayse@deniz.examplec", "heckout", "", ""}));
  EXPECT_NE(Commit(salt, ayse), Commit(salt, {"ayse@deniz.example", "", "checkout", ""}));
}

}  // namespace
}  // namespace vefa::proof
