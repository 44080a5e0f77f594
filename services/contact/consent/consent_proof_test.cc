#include <google/protobuf/util/json_util.h>

#include <atomic>
#include <sstream>
#include <thread>

#include "libs/proof/file.h"
#include "services/contact/consent/consent_fixture.h"

namespace vefa::contact {
namespace {

class ConsentProofTest : public ConsentTest {
 protected:
  static std::string File(const Records& records) {
    std::string file;
    for (const auto& record : records) {
      std::string line;
      EXPECT_TRUE(google::protobuf::util::MessageToJsonString(record, &line).ok());
      file += line + "\n";
    }
    return file;
  }
  proof::Checker Verify(const std::string& file) {
    proof::Checker checker(proof_key_.public_key());
    std::istringstream stream(file);
    proof::CheckFile(stream, checker);
    return checker;
  }
  static std::string Found(const proof::Checker& checker) {
    std::string all;
    for (const proof::Problem& problem : checker.problems()) all += problem.reason + ": " + problem.message + "\n";
    return all;
  }
};

TEST_F(ConsentProofTest, WhatWasRecordedIsSealedAndProven) {
  const std::string ayse = MakePerson("1"), can = MakePerson("2");
  v1::Consent granted = Said(v1::Consent::STATE_GRANTED, std::chrono::minutes(60));
  granted.set_form_hash(std::string(32, 'f'));
  granted.set_recipient_type(v1::RECIPIENT_TYPE_BIREYSEL);
  granted.set_capture_source("HS_WEB");
  granted.mutable_origin()->set_ip("192.0.2.1");
  granted.mutable_origin()->set_user_agent("Mozilla");
  auto recorded = Record(ayse, granted);
  ASSERT_TRUE(recorded.ok()) << recorded.error().message;
  EXPECT_GT(recorded->line(), 0);
  EXPECT_EQ(recorded->capture_source(), "HS_WEB");
  EXPECT_FALSE(recorded->has_origin()) << "where it was said from is told by a proof only";
  ASSERT_TRUE(Record(can, Said(v1::Consent::STATE_REFUSED, std::chrono::minutes(50))).ok());
  ASSERT_TRUE(Record(ayse, Said(v1::Consent::STATE_WITHDRAWN, std::chrono::minutes(40))).ok());
  EXPECT_EQ(Seal(), 3);

  Records records = Export();
  ASSERT_EQ(records.size(), 5u);
  const v1::ConsentEntry& entry = records[1].entry();
  EXPECT_EQ(entry.contact(), ayse);
  EXPECT_EQ(entry.opening().address(), "ayse@deniz.example");
  EXPECT_EQ(entry.opening().origin().ip(), "192.0.2.1");
  EXPECT_EQ(entry.line(), recorded->line());
  EXPECT_EQ(records[4].closing().sequence(), 3);
  proof::Checker checker = Verify(File(records));
  EXPECT_EQ(checker.problem_count(), 0) << Found(checker);
  EXPECT_EQ(checker.entries(), 3);
  EXPECT_EQ(checker.opened(), 3);

  // Hers alone: the line of another is there by its digest only.
  Records hers = Export(ayse);
  const std::string file = File(hers);
  EXPECT_EQ(file.find(can), std::string::npos);
  proof::Checker of_her = Verify(file);
  EXPECT_EQ(of_her.problem_count(), 0) << Found(of_her);
  EXPECT_EQ(of_her.entries(), 2);
}

TEST_F(ConsentProofTest, AnErasedPersonIsGoneFromAProofThatStaysGood) {
  const std::string ayse = MakePerson("1"), can = MakePerson("2");
  v1::Consent granted = Said(v1::Consent::STATE_GRANTED, std::chrono::minutes(60));
  granted.set_source("told Murat on the phone");
  granted.mutable_origin()->set_ip("192.0.2.1");
  ASSERT_TRUE(Record(ayse, granted).ok());
  ASSERT_TRUE(Record(can, Said(v1::Consent::STATE_GRANTED, std::chrono::minutes(50))).ok());
  ASSERT_EQ(Seal(), 2);
  const std::string before = File(Export());
  EXPECT_NE(before.find("ayse@deniz.example"), std::string::npos);
  ASSERT_TRUE(Erase(ayse).ok());
  const std::string after = File(Export()), hers = File(Export(ayse));
  proof::Checker checker = Verify(after), of_her = Verify(hers);
  EXPECT_EQ(checker.problem_count(), 0) << Found(checker);
  EXPECT_EQ(of_her.problem_count(), 0) << Found(of_her);
  EXPECT_EQ(checker.opened(), 1);
  EXPECT_EQ(of_her.opened(), 0);
  for (const char* word : {"ayse@", "Murat", "192.0.2.1"}) EXPECT_EQ(hers.find(word), std::string::npos) << word;
  EXPECT_EQ(after.find("Murat"), std::string::npos);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM consent_secret"), 1);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM pii_key k JOIN contact c ON c.id = k.contact_id AND c.erase_time IS NOT NULL"), 0);
}

// Whoever was erased before her lines were sealed leaves lines that nobody can open.
TEST_F(ConsentProofTest, LinesOfAPersonErasedBeforeTheSealAreSealedClosed) {
  const std::string ayse = MakePerson("1");
  ASSERT_TRUE(Record(ayse, Said(v1::Consent::STATE_GRANTED, std::chrono::minutes(60))).ok());
  ASSERT_TRUE(Erase(ayse).ok());
  EXPECT_EQ(Seal(), 1);
  Records records = Export(ayse);
  proof::Checker checker = Verify(File(records));
  EXPECT_EQ(checker.problem_count(), 0) << Found(checker);
  EXPECT_EQ(checker.entries(), 1);
  EXPECT_EQ(checker.opened(), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM consent_secret"), 0);
}

TEST_F(ConsentProofTest, WhatIsChangedInTheDatabaseIsNamed) {
  const std::string ayse = MakePerson("1");
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(Record(ayse, Said(i % 2 == 0 ? v1::Consent::STATE_GRANTED : v1::Consent::STATE_WITHDRAWN, std::chrono::minutes(60 - i))).ok());
  ASSERT_EQ(Seal(), 5);
  const std::string good = File(Export());
  auto problem = [&](const std::string& sql, const std::string& undo) {
    database_.Run(sql);
    proof::Checker whole = Verify(File(Export())), hers = Verify(File(Export(ayse)));
    database_.Run(undo);
    EXPECT_GT(hers.problem_count(), 0) << sql;
    return whole.problems().empty() ? "" : whole.problems().front().reason + " " + std::to_string(whole.problems().front().sequence);
  };
  const std::string third = " WHERE line = (SELECT line FROM consent_chain WHERE sequence = 3)";
  EXPECT_EQ(problem("UPDATE consent_log SET state = 2" + third, "UPDATE consent_log SET state = 1" + third), "ENTRY_CHANGED 3");
  EXPECT_EQ(problem("UPDATE consent_log SET source = 'elsewhere'" + third, "UPDATE consent_log SET source = 'checkout'" + third),
            "OPENING_CHANGED 3");
  database_.Run("CREATE TABLE gone AS SELECT * FROM consent_log" + third);
  EXPECT_EQ(problem("DELETE FROM consent_log" + third, "INSERT INTO consent_log OVERRIDING SYSTEM VALUE SELECT * FROM gone"), "ENTRY_CHANGED 3");
  database_.Run("CREATE TABLE kept AS SELECT * FROM consent_chain WHERE sequence >= 3");
  EXPECT_EQ(problem("DELETE FROM consent_chain WHERE sequence = 3", "INSERT INTO consent_chain SELECT * FROM kept WHERE sequence = 3"),
            "ENTRY_MISSING 3");
  EXPECT_EQ(problem("DELETE FROM consent_chain WHERE sequence > 3", "INSERT INTO consent_chain SELECT * FROM kept WHERE sequence > 3"),
            "TAIL_MISSING 4");
  const std::string exchange = "UPDATE consent_chain SET sequence = -sequence WHERE sequence IN (4, 5);"
                               "UPDATE consent_chain SET sequence = 9 + sequence WHERE sequence < 0";
  EXPECT_EQ(problem(exchange, exchange), "ENTRY_CHANGED 4");
  EXPECT_EQ(Verify(File(Export())).problem_count(), 0);
  EXPECT_EQ(Verify(good).problem_count(), 0) << "an older export stays good";
}

TEST_F(ConsentProofTest, LongChainsComeInPagesAndContactsInRuns) {
  v1::ImportContactsRequest people;
  for (int i = 0; i < 400; ++i) {
    auto& contact = *people.add_rows()->mutable_contact();
    contact.set_external_id("p" + std::to_string(i));
    contact.set_display_name("Person");
  }
  ASSERT_TRUE(Import(people).ok());
  for (int round = 0; round < 4; ++round) {
    v1::ImportContactsRequest consents;
    for (int i = 0; i < 400; ++i) {
      auto& row = *consents.add_rows();
      row.set_line(i + 1);
      row.mutable_consent()->set_contact_external_id("p" + std::to_string(i));
      *row.mutable_consent()->mutable_consent() = Said(v1::Consent::STATE_GRANTED, std::chrono::minutes(100 - round));
    }
    auto imported = Import(consents);
    ASSERT_TRUE(imported.ok());
    ASSERT_EQ(imported->consents_recorded(), 400);
    ASSERT_EQ(Seal(), 400);
  }
  proof::Checker whole = Verify(File(Export()));
  EXPECT_EQ(whole.problem_count(), 0) << Found(whole);
  EXPECT_EQ(whole.entries(), 1600);
  auto found = Call(&Stub::BatchGetContacts, [] {
    v1::BatchGetContactsRequest request;
    request.add_external_ids("p7");
    return request;
  }());
  ASSERT_TRUE(found.ok());
  proof::Checker one = Verify(File(Export(found->contacts(0).name())));
  EXPECT_EQ(one.problem_count(), 0) << Found(one);
  EXPECT_EQ(one.entries(), 4);
}

TEST_F(ConsentProofTest, TwoKeepersSealEachLineOnce) {
  const std::string ayse = MakePerson("1");
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(Record(ayse, Said(v1::Consent::STATE_GRANTED, std::chrono::minutes(100 - i))).ok());
  ChainKeeper other(database_.pump(), keys_, proof_key_, clock_, metrics_, true);
  ChainKeeper third(database_.pump(), keys_, proof_key_, clock_, metrics_, true);
  EXPECT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM consent_unsealed") == 0; }));
  other.Stop();
  third.Stop();
  EXPECT_NE(metrics_.Expose().find("vefa_consent_sealed_total 40"), std::string::npos) << metrics_.Expose();
  proof::Checker checker = Verify(File(Export()));
  EXPECT_EQ(checker.problem_count(), 0) << Found(checker);
  EXPECT_EQ(checker.entries(), 40);
}

// People are erased while their lines are being written and sealed: no secret outlives its person.
TEST_F(ConsentProofTest, ErasingAndSealingAtTheSameTimeLeavesNoSecret) {
  std::vector<std::string> people;
  for (int i = 0; i < 40; ++i) people.push_back(MakePerson(std::to_string(i)));
  ChainKeeper keeper(database_.pump(), keys_, proof_key_, clock_, metrics_, false);
  std::atomic<bool> done{false};
  std::thread sealing([&] {
    while (!done) EXPECT_TRUE(keeper.SealSome(tenant_, Soon()).ok());
  });
  std::thread saying([&] {
    for (int ago = 90; ago > 85; --ago)
      for (const std::string& person : people) {
        v1::Consent consent = Said(v1::Consent::STATE_GRANTED, std::chrono::minutes(ago));
        consent.mutable_origin()->set_ip("192.0.2.1");
        auto recorded = Record(person, consent);
        EXPECT_TRUE(recorded.ok() || recorded.error().reason == "CONTACT_ERASED") << recorded.error().reason;
      }
  });
  for (size_t i = 0; i < people.size(); i += 2) EXPECT_TRUE(Erase(people[i]).ok());
  saying.join();
  done = true;
  sealing.join();
  Seal();
  const std::string erased = " WHERE contact_id IN (SELECT id FROM contact WHERE erase_time IS NOT NULL)";
  EXPECT_EQ(database_.Count("SELECT count(*) FROM consent_secret" + erased), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM pii_key" + erased), 0);
  EXPECT_GT(database_.Count("SELECT count(*) FROM consent_secret"), 0);
  proof::Checker checker = Verify(File(Export()));
  EXPECT_EQ(checker.problem_count(), 0) << Found(checker);
  EXPECT_EQ(checker.entries(), database_.Count("SELECT count(*) FROM consent_log"));
}

TEST_F(ConsentProofTest, ACallerWhoLeavesInTheMiddleHoldsNothing) {
  const std::string ayse = MakePerson("1");
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(Record(ayse, Said(v1::Consent::STATE_GRANTED, std::chrono::minutes(100 - i))).ok());
  Seal();
  for (int i = 0; i < 20; ++i) {
    grpc::ClientContext context;
    consent_peer_->Prepare(context, tenant_, {"*"}, Soon());
    auto stream = consent_stub_->ExportConsentProof(&context);
    stream->Write(v1::ExportConsentProofRequest());
    v1::ExportConsentProofResponse record;
    if (i % 2 == 0) {
      EXPECT_TRUE(stream->Read(&record));
    }
    context.TryCancel();
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  EXPECT_EQ(Verify(File(Export())).entries(), 30);
  // Who says nothing is told so.
  grpc::ClientContext context;
  consent_peer_->Prepare(context, tenant_, {"*"}, Soon());
  auto stream = consent_stub_->ExportConsentProof(&context);
  stream->WritesDone();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ConsentProofTest, RefusesWhatItCannotProve) {
  std::string ended;
  EXPECT_TRUE(Export("contacts/01890a5d-ac96-774b-bcce-b302099a8057", &ended).empty());
  EXPECT_EQ(ended, "There is no such contact; check the name.");
  Export("people/1", &ended);
  EXPECT_FALSE(ended.empty());
  Export("", &ended, {"consents.read"});
  EXPECT_FALSE(ended.empty());
  // Nothing sealed is a proof of nothing, and a good one.
  EXPECT_EQ(Verify(File(Export())).problem_count(), 0);
}

// By a clock of its own.
TEST_F(ConsentProofTest, EveryDayEndsWithAnAnchorThatNamesTheOneBefore) {
  ManualClock clock(clock_.Now());
  ChainKeeper keeper(database_.pump(), keys_, proof_key_, clock, metrics_, false);
  const std::string ayse = MakePerson("1");
  auto record = [&](int ago) {
    ASSERT_TRUE(Record(ayse, Said(v1::Consent::STATE_GRANTED, std::chrono::minutes(ago))).ok());
    ASSERT_EQ(*keeper.SealSome(tenant_, Soon()), 1);
  };
  record(90);
  ASSERT_TRUE(keeper.AnchorAll(Soon()).ok());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM consent_anchor"), 0) << "the day is not over";
  clock.Advance(std::chrono::hours(24));
  record(80);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM consent_anchor"), 1) << "a new day's first line ends the day before";
  record(70);
  clock.Advance(std::chrono::hours(24));
  ASSERT_TRUE(keeper.AnchorAll(Soon()).ok());
  ASSERT_TRUE(keeper.AnchorAll(Soon()).ok());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM consent_anchor"), 2);
  record(60);
  const std::string whole = File(Export()), hers = File(Export(ayse));
  proof::Checker checker = Verify(whole), of_her = Verify(hers);
  EXPECT_EQ(checker.problem_count(), 0) << Found(checker);
  EXPECT_EQ(checker.anchors(), 2);
  EXPECT_EQ(of_her.problem_count(), 0) << Found(of_her);
  // An anchor that is not what was signed.
  database_.Run("UPDATE consent_anchor SET sequence = 2 WHERE sequence = 3");
  proof::Checker broken = Verify(File(Export()));
  ASSERT_GT(broken.problem_count(), 0);
  EXPECT_EQ(broken.problems().front().reason, "ANCHOR_MISMATCH") << Found(broken);
}

}  // namespace
}  // namespace vefa::contact
