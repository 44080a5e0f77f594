#include "libs/proof/checker.h"

#include <gtest/gtest.h>

#include <random>
#include <variant>

#include "libs/crypto/ed25519.h"

namespace vefa::proof {
namespace {

struct Start {
  int64_t sequence = 0;
  crypto::Digest hash{};
};
struct Digests {
  int64_t first = 0;
  std::vector<crypto::Digest> digests;
};
using Record = std::variant<Header, Entry, Start, Digests, SignedAnchor, SignedClosing>;

const crypto::SigningKey& Key() {
  static const crypto::SigningKey kKey(std::string(32, 'k'));
  return kKey;
}

// A chain of lines of ten contacts over some days, and the files about it.
class Chain {
 public:
  Chain(uint64_t seed, int64_t lines) : random_(seed) {
    for (uint8_t& byte : tenant_.bytes) byte = static_cast<uint8_t>(random_());
    hashes_.push_back(Genesis(tenant_));
    for (int64_t i = 1; i <= lines; ++i) {
      entries_.push_back(Make(i));
      hashes_.push_back(entries_.back().hash);
      if (random_() % 7 == 0 || i == lines / 2) Anchored(i);
    }
  }

  std::vector<Record> Whole() {
    std::vector<Record> records{Header{kFormat, tenant_, {}, Key().public_key()}};
    size_t anchor = 0;
    for (const Entry& entry : entries_) {
      records.emplace_back(entry);
      if (anchor < anchors_.size() && anchors_[anchor].anchor.sequence == entry.sequence) records.emplace_back(anchors_[anchor++]);
    }
    records.emplace_back(Closed());
    return records;
  }
  // From each first line of the contact's between two anchors to the next anchor.
  std::vector<Record> Of(const Uuid& contact) {
    std::vector<Record> records{Header{kFormat, tenant_, contact, Key().public_key()}};
    bool running = false;
    size_t anchor = 0;
    for (const Entry& entry : entries_) {
      const bool hers = entry.line.contact == contact;
      if (hers && !running) {
        records.emplace_back(Start{entry.sequence - 1, hashes_[static_cast<size_t>(entry.sequence - 1)]});
        running = true;
      }
      if (hers) records.emplace_back(entry);
      if (running && !hers) records.emplace_back(Digests{entry.sequence, {DigestOf(entry.line)}});
      if (anchor < anchors_.size() && anchors_[anchor].anchor.sequence == entry.sequence) {
        records.emplace_back(anchors_[anchor++]);
        running = false;
      }
    }
    records.emplace_back(Closed());
    return records;
  }
  std::mt19937_64& random() { return random_; }
  Uuid contact() { return entries_[random_() % entries_.size()].line.contact; }

 private:
  Entry Make(int64_t sequence) {
    Entry entry;
    entry.sequence = sequence;
    entry.line.contact.bytes[15] = static_cast<uint8_t>(random_() % 10 + 1);
    entry.line.line = sequence * 3;
    entry.line.purpose = random_() % 2 == 0 ? "win-back" : "news";
    entry.line.channel = static_cast<int32_t>(random_() % 3 + 1);
    entry.line.state = static_cast<int32_t>(random_() % 5 + 1);
    entry.line.actor = "users/1";
    entry.line.occur_time = Time(std::chrono::microseconds(random_() % 1'000'000'000));
    entry.line.record_time = Time(std::chrono::microseconds(sequence));
    const std::string salt(32, static_cast<char>(random_()));
    entry.person = {"a" + std::to_string(sequence) + "@b.example", "checkout", "", ""};
    entry.line.commitment = Commit(salt, entry.person);
    // Some were erased.
    if (random_() % 4 == 0) entry.person = {};
    else entry.salt = salt;
    entry.hash = Link(hashes_.back(), sequence, DigestOf(entry.line));
    return entry;
  }
  void Anchored(int64_t sequence) {
    Anchor anchor{tenant_, static_cast<int32_t>(20'000 + anchors_.size()), sequence, hashes_.back(),
                  anchors_.empty() ? crypto::Digest{} : DigestOf(anchors_.back().anchor)};
    anchors_.push_back({anchor, Key().Sign(Statement(anchor))});
  }
  SignedClosing Closed() {
    Closing closing{tenant_, Time{}, static_cast<int64_t>(entries_.size()), hashes_.back(),
                    anchors_.empty() ? crypto::Digest{} : DigestOf(anchors_.back().anchor)};
    return {closing, Key().Sign(Statement(closing))};
  }

  std::mt19937_64 random_;
  Uuid tenant_;
  std::vector<Entry> entries_;
  std::vector<crypto::Digest> hashes_;
  std::vector<SignedAnchor> anchors_;
};

struct Feed {
  Checker& checker;
  int64_t line;
  void operator()(const Start& start) { checker.TakeStart(line, start.sequence, start.hash); }
  void operator()(const Digests& digests) { checker.TakeDigests(line, digests.first, digests.digests); }
  template <typename T>
  void operator()(const T& record) {
    checker.Take(line, record);
  }
};

Checker Check(const std::vector<Record>& records, const std::string& trusted = Key().public_key()) {
  Checker checker(trusted);
  int64_t line = 0;
  for (const Record& record : records) std::visit(Feed{checker, ++line}, record);
  checker.End(line);
  return checker;
}

std::string Said(const Checker& checker) {
  std::string text;
  for (const Problem& problem : checker.problems())
    text += std::to_string(problem.file_line) + " " + problem.reason + ": " + problem.message + "\n";
  return text;
}

bool Names(const Checker& checker, int64_t file_line, const std::string& reason) {
  for (const Problem& problem : checker.problems())
    if (problem.file_line == file_line && problem.reason == reason) return true;
  return false;
}

// Where a record of a kind stands, at random; its line in the file is one more.
template <typename T>
size_t Pick(const std::vector<Record>& records, std::mt19937_64& random) {
  for (;;)
    if (size_t at = random() % records.size(); std::holds_alternative<T>(records[at])) return at;
}

constexpr int kRuns = 200;

TEST(CheckerTest, WhatNobodyTouchedIsGood) {
  for (uint64_t seed = 0; seed < kRuns; ++seed) {
    Chain chain(seed, 2 + static_cast<int64_t>(seed % 60));
    Checker whole = Check(chain.Whole());
    ASSERT_EQ(whole.problem_count(), 0) << seed << "\n" << Said(whole);
    EXPECT_EQ(whole.entries(), 2 + static_cast<int64_t>(seed % 60));
    Checker of = Check(chain.Of(chain.contact()));
    ASSERT_EQ(of.problem_count(), 0) << seed << "\n" << Said(of);
    EXPECT_GT(of.entries(), 0);
  }
}

TEST(CheckerTest, AChangedByteOfAnEntryIsNamed) {
  for (uint64_t seed = 0; seed < kRuns; ++seed) {
    Chain chain(seed, 30);
    for (std::vector<Record> records : {chain.Whole(), chain.Of(chain.contact())}) {
      size_t at = Pick<Entry>(records, chain.random());
      Entry& entry = std::get<Entry>(records[at]);
      const char* reason = "ENTRY_CHANGED";
      switch (chain.random()() % 8) {
        case 0: entry.line.state ^= 1; break;
        case 1: entry.line.purpose[0] ^= 1; break;
        case 2: entry.line.commitment[chain.random()() % 32] ^= 1; break;
        case 3: entry.hash[chain.random()() % 32] ^= 1; break;
        case 4: entry.line.occur_time += std::chrono::microseconds(1); break;
        case 5: entry.line.actor += "0"; break;
        case 6: entry.line.line += 1; break;
        default:
          if (!entry.salt) entry.salt = std::string(32, 'x');
          entry.person.address = "mallory@b.example";
          reason = "OPENING_CHANGED";
      }
      Checker checker = Check(records);
      EXPECT_TRUE(Names(checker, static_cast<int64_t>(at) + 1, reason)) << seed << " line " << at + 1 << "\n" << Said(checker);
      EXPECT_EQ(checker.problems().front().file_line, static_cast<int64_t>(at) + 1) << Said(checker);
    }
  }
}

TEST(CheckerTest, ARemovedEntryIsNamed) {
  for (uint64_t seed = 0; seed < kRuns; ++seed) {
    Chain chain(seed, 30);
    std::vector<Record> records = chain.Whole();
    size_t at = Pick<Entry>(records, chain.random());
    const int64_t sequence = std::get<Entry>(records[at]).sequence;
    records.erase(records.begin() + static_cast<long>(at));
    Checker checker = Check(records);
    ASSERT_GT(checker.problem_count(), 0) << seed;
    const Problem& first = checker.problems().front();
    EXPECT_EQ(first.file_line, static_cast<int64_t>(at) + 1) << Said(checker);
    EXPECT_TRUE(first.reason == "ENTRY_MISSING" || first.reason == "ANCHOR_MISMATCH" || first.reason == "TAIL_MISSING") << Said(checker);
    // The one that is missing is named, unless a signature stands where it was.
    if (first.reason != "ANCHOR_MISMATCH") {
      EXPECT_EQ(first.sequence, sequence) << Said(checker);
    }
  }
}

TEST(CheckerTest, ReorderedEntriesAreNamed) {
  for (uint64_t seed = 0; seed < kRuns; ++seed) {
    Chain chain(seed, 30);
    std::vector<Record> records = chain.Whole();
    size_t one = Pick<Entry>(records, chain.random()), two = Pick<Entry>(records, chain.random());
    if (one == two) continue;
    std::swap(records[one], records[two]);
    Checker checker = Check(records);
    ASSERT_GT(checker.problem_count(), 1) << seed;
    EXPECT_EQ(checker.problems().front().file_line, static_cast<int64_t>(std::min(one, two)) + 1) << Said(checker);
    EXPECT_TRUE(Names(checker, static_cast<int64_t>(std::max(one, two)) + 1, "ENTRY_OUT_OF_ORDER")) << Said(checker);
  }
}

TEST(CheckerTest, ATailThatIsCutIsMissed) {
  for (uint64_t seed = 0; seed < kRuns; ++seed) {
    Chain chain(seed, 30);
    std::vector<Record> whole = chain.Whole();
    // Anywhere after the header, the closing record with it.
    std::vector<Record> cut = whole;
    cut.resize(1 + chain.random()() % (cut.size() - 1));
    EXPECT_TRUE(Names(Check(cut), static_cast<int64_t>(cut.size()), "TAIL_MISSING")) << seed;
    // The last entry only, the closing record left in its place.
    std::vector<Record> last = whole;
    size_t at = last.size() - 1;
    while (!std::holds_alternative<Entry>(last[at])) --at;
    last.erase(last.begin() + static_cast<long>(at), last.end() - 1);
    EXPECT_TRUE(Names(Check(last), static_cast<int64_t>(last.size()), "TAIL_MISSING")) << Said(Check(last));
  }
}

// Whoever changes a line and makes every later hash anew still has no signature.
TEST(CheckerTest, AChainMadeAnewDoesNotMeetItsAnchors) {
  for (uint64_t seed = 0; seed < kRuns; ++seed) {
    Chain chain(seed, 30);
    std::vector<Record> records = chain.Whole();
    size_t at = Pick<Entry>(records, chain.random());
    std::get<Entry>(records[at]).line.state = 9;
    crypto::Digest before = Genesis(std::get<Header>(records[0]).tenant);
    for (Record& record : records) {
      if (Entry* entry = std::get_if<Entry>(&record)) before = entry->hash = Link(before, entry->sequence, DigestOf(entry->line));
    }
    Checker checker = Check(records);
    ASSERT_GT(checker.problem_count(), 0) << seed;
    EXPECT_TRUE(checker.problems().front().reason == "ANCHOR_MISMATCH" || checker.problems().front().reason == "CLOSING_MISMATCH");
    EXPECT_GT(checker.problems().front().file_line, static_cast<int64_t>(at) + 1);
  }
}

TEST(CheckerTest, AnAnchorThatWasChangedRemovedOrForgedIsNamed) {
  for (uint64_t seed = 0; seed < kRuns; ++seed) {
    Chain chain(seed, 30);
    std::vector<Record> records = chain.Whole();
    size_t at = Pick<SignedAnchor>(records, chain.random());
    const int64_t line = static_cast<int64_t>(at) + 1;
    std::vector<Record> changed = records;
    std::get<SignedAnchor>(changed[at]).anchor.hash[chain.random()() % 32] ^= 1;
    EXPECT_TRUE(Names(Check(changed), line, "ANCHOR_MISMATCH") && Names(Check(changed), line, "SIGNATURE_WRONG")) << Said(Check(changed));
    std::vector<Record> removed = records;
    removed.erase(removed.begin() + static_cast<long>(at));
    EXPECT_GT(Check(removed).problem_count(), 0) << seed;
    std::vector<Record> forged = records;
    SignedAnchor& anchor = std::get<SignedAnchor>(forged[at]);
    anchor.signature = crypto::SigningKey(std::string(32, 'm')).Sign(Statement(anchor.anchor));
    EXPECT_TRUE(Names(Check(forged), line, "SIGNATURE_WRONG")) << Said(Check(forged));
  }
}

TEST(CheckerTest, AnotherKeyThanTheTrustedOneIsRefused) {
  Chain chain(1, 10);
  EXPECT_EQ(Check(chain.Whole(), "").problem_count(), 0);
  Checker other = Check(chain.Whole(), crypto::SigningKey(std::string(32, 'o')).public_key());
  EXPECT_TRUE(Names(other, 1, "KEY_OTHER")) << Said(other);
}

TEST(CheckerTest, ADigestOfAnotherPersonsLineCannotBeExchanged) {
  for (uint64_t seed = 0; seed < kRuns; ++seed) {
    Chain chain(seed, 40);
    std::vector<Record> records = chain.Of(chain.contact());
    bool any = false;
    for (Record& record : records) {
      if (Digests* digests = std::get_if<Digests>(&record); digests != nullptr && !any) {
        digests->digests[0][chain.random()() % 32] ^= 1;
        any = true;
      }
    }
    if (any) {
      EXPECT_GT(Check(records).problem_count(), 0) << seed;
    }
  }
}

TEST(CheckerTest, NothingIsNoProof) {
  EXPECT_TRUE(Names(Check({}), 0, "HEADER_MISSING"));
  Chain chain(3, 5);
  std::vector<Record> records = chain.Whole();
  records.erase(records.begin());
  EXPECT_TRUE(Names(Check(records), 1, "HEADER_MISSING"));
}

}  // namespace
}  // namespace vefa::proof
