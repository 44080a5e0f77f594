#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "libs/base/text.h"
#include "libs/crypto/ed25519.h"
#include "libs/proof/proof.h"
#include "services/ctl/verbs.h"

namespace vefa::ctl {
namespace {

using Record = nlohmann::json;

std::string Base64(std::string_view bytes) {
  std::string text = ToBase64Url(bytes);
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  while (text.size() % 4 != 0) text += '=';
  return text;
}

// A proof of some lines as the service writes it, made here, without it.
class Proof {
 public:
  explicit Proof(int64_t entries) {
    const Uuid tenant = *Uuid::Parse("01890a5d-ac96-774b-bcce-b302099a8057");
    crypto::Digest before = proof::Genesis(tenant);
    lines_.push_back(Record{{"header",
                           {{"format", 1}, {"tenant", tenant.ToString()}, {"contact", ""}, {"publicKey", Base64(key_.public_key())},
                            {"time", "2026-11-26T10:00:00Z"}}}}
                         .dump());
    for (int64_t i = 1; i <= entries; ++i) lines_.push_back(Entry(i, before));
    proof::Anchor anchor{tenant, DaysFromCivil(2026, 11, 25).value(), entries, before, {}};
    lines_.push_back(Record{{"anchor",
                           {{"day", "2026-11-25"}, {"sequence", std::to_string(entries)}, {"hash", Base64(crypto::Bytes(before))},
                            {"previous", ""}, {"signature", Base64(key_.Sign(proof::Statement(anchor)))}}}}
                         .dump());
    proof::Closing closing{tenant, ParseTime("2026-11-26T10:00:01Z").value(), entries, before, proof::DigestOf(anchor)};
    lines_.push_back(Record{{"closing",
                           {{"time", "2026-11-26T10:00:01Z"}, {"sequence", std::to_string(entries)}, {"hash", Base64(crypto::Bytes(before))},
                            {"previous", Base64(crypto::Bytes(closing.previous))},
                            {"signature", Base64(key_.Sign(proof::Statement(closing)))}}}}
                         .dump());
  }

  std::vector<std::string>& lines() { return lines_; }
  std::string Write() const {
    const std::string path = ::testing::TempDir() + "proof-" + std::to_string(getpid()) + ".jsonl";
    std::ofstream file(path);
    for (const std::string& line : lines_) file << line << '\n';
    return path;
  }
  std::string WriteKey(char seed = 'k') const {
    const std::string path = ::testing::TempDir() + "proof-" + std::to_string(getpid()) + ".key";
    std::ofstream(path) << ToHex(crypto::SigningKey(std::string(32, seed)).public_key()) << '\n';
    return path;
  }

 private:
  std::string Entry(int64_t sequence, crypto::Digest& before) {
    proof::Line line;
    line.contact = *Uuid::Parse("01890a5d-ac96-774b-bcce-b302099a8058");
    line.line = sequence + 100;
    line.purpose = "win-back";
    line.channel = 1;
    line.state = sequence % 2 == 0 ? 2 : 1;
    line.actor = "users/01890a5d-ac96-774b-bcce-b302099a8059";
    line.occur_time = ParseTime("2026-01-02T10:00:00.123456Z").value();
    line.record_time = ParseTime("2026-01-02T10:00:01Z").value();
    const std::string salt(32, 's');
    line.commitment = proof::Commit(salt, {"ayşe@deniz.example", "kasa \"1\"", "", ""});
    before = proof::Link(before, sequence, proof::DigestOf(line));
    return Record{{"entry",
                 {{"sequence", std::to_string(sequence)}, {"line", std::to_string(line.line)}, {"contact", "contacts/" + line.contact.ToString()},
                  {"purpose", "win-back"}, {"channel", "CHANNEL_EMAIL"}, {"state", line.state == 1 ? "STATE_GRANTED" : "STATE_WITHDRAWN"},
                  {"recipientType", "RECIPIENT_TYPE_UNSPECIFIED"}, {"captureSource", ""}, {"textVersion", 0}, {"textHash", ""},
                  {"formHash", ""}, {"actor", line.actor}, {"occurTime", "2026-01-02T10:00:00.123456Z"},
                  {"recordTime", "2026-01-02T10:00:01Z"}, {"commitment", Base64(line.commitment)},
                  {"opening", {{"salt", Base64(salt)}, {"address", "ayşe@deniz.example"}, {"source", "kasa \"1\""}}},
                  {"hash", Base64(crypto::Bytes(before))}}}}
        .dump();
  }

  const crypto::SigningKey key_{std::string(32, 'k')};
  std::vector<std::string> lines_;
};

// Exit code and what was said.
std::pair<int, std::string> Verify(const std::string& file, const std::string& key = "") {
  std::vector<std::string> words{"vefactl", "consent", "verify", file};
  if (!key.empty()) words.insert(words.end(), {"--key", key});
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  int code = RunCommandLine(static_cast<int>(arguments.size()), arguments.data());
  std::string said = testing::internal::GetCapturedStdout();
  return {code, said + testing::internal::GetCapturedStderr()};
}

TEST(ConsentVerify, AGoodProofIsGoodByTheKeyOneTrusts) {
  Proof proof(6);
  auto [code, said] = Verify(proof.Write(), proof.WriteKey());
  EXPECT_EQ(code, kOk) << said;
  EXPECT_NE(said.find("6 entries to number 6, 6 opened, 1 anchors"), std::string::npos) << said;
  auto [itself, warned] = Verify(proof.Write());
  EXPECT_EQ(itself, kOk);
  EXPECT_NE(warned.find("Compare it with the one you were given"), std::string::npos) << warned;
  auto [other, refused] = Verify(proof.Write(), proof.WriteKey('o'));
  EXPECT_EQ(other, kFailure);
  EXPECT_NE(refused.find("KEY_OTHER"), std::string::npos) << refused;
}

TEST(ConsentVerify, NamesTheLineThatIsNotAsItWas) {
  const std::vector<std::pair<void (*)(std::vector<std::string>&), std::string>> tricks = {
      {[](std::vector<std::string>& lines) { lines[3].replace(lines[3].find("win-back"), 8, "win-bacK"); }, ":4: Entry 3 was changed"},
      {[](std::vector<std::string>& lines) { lines[3].replace(lines[3].find("deniz"), 5, "Deniz"); }, ":4: Entry 3: what is told"},
      {[](std::vector<std::string>& lines) { lines.erase(lines.begin() + 3); }, ":4: Entry 4 where 3 was expected"},
      {[](std::vector<std::string>& lines) { std::swap(lines[2], lines[4]); }, ":3: Entry 4 where 2 was expected"},
      {[](std::vector<std::string>& lines) { lines.resize(5); }, ":5: The file ends after entry 4"},
      {[](std::vector<std::string>& lines) { lines.erase(lines.begin() + 6); }, ":7: The anchor of 2026-11-25 ends with entry 6; before it stands entry 5"},
      {[](std::vector<std::string>& lines) { lines.erase(lines.begin() + 6, lines.begin() + 8); }, ":7: The chain ended with entry 6 when the file was written; here it ends with 5"},
      {[](std::vector<std::string>& lines) { lines[7].replace(lines[7].find("11-25"), 5, "11-24"); }, ":8: The anchor of 2026-11-24 is not signed"},
      {[](std::vector<std::string>& lines) { lines[2].resize(40); }, ":3: The line is no JSON"},
      {[](std::vector<std::string>& lines) { lines[2] = "{\"entry\":{\"sequence\":{}}}"; }, ":3: `sequence`"},
      {[](std::vector<std::string>& lines) { lines[2] = "[]"; }, ":3: The line is no record"},
      {[](std::vector<std::string>& lines) { lines.clear(); }, "There is no proof in this file"}};
  for (const auto& [play, expected] : tricks) {
    Proof proof(6);
    play(proof.lines());
    auto [code, said] = Verify(proof.Write(), proof.WriteKey());
    EXPECT_EQ(code, kFailure) << expected;
    EXPECT_NE(said.find(expected), std::string::npos) << expected << "\n" << said;
  }
  EXPECT_EQ(Verify("/nowhere/proof.jsonl").first, kFailure);
}

// What takes a second here takes a fraction of it in a release: this is the ceiling of a slow machine.
TEST(ConsentVerify, ReadsTensOfThousandsOfLines) {
  Proof proof(20'000);
  auto [code, said] = Verify(proof.Write(), proof.WriteKey());
  EXPECT_EQ(code, kOk) << said;
  EXPECT_NE(said.find("20,000 entries"), std::string::npos) << said;
}

}  // namespace
}  // namespace vefa::ctl
