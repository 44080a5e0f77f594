#include "tests/verify/verdict.h"

#include <gtest/gtest.h>

#include <functional>

namespace vefa::verify {
namespace {

// A small world in which all is well: two contacts of two events each, an order, one consumer, one feed.
class VerifyTest : public testing::Test {
 protected:
  VerifyTest() {
    tenant_.bytes[15] = 1;
    for (int c = 1; c <= 2; ++c) {
      Uuid contact = Id(c);
      std::string external_id = "run-" + std::to_string(c);
      std::string name = ResourceName("contacts", contact);
      evidence_.contacts.push_back({tenant_, contact, external_id, "Name", 2});
      evidence_.tries.push_back({Id(50 + c), tenant_, WriteKind::kCreate, external_id, "Name", Told::kUnknown, "", "UNAVAILABLE"});
      evidence_.tries.push_back({Id(50 + c), tenant_, WriteKind::kCreate, external_id, "Name", Told::kAcknowledged, name, ""});
      evidence_.consents.push_back({tenant_, contact, 1000, 1});
      evidence_.tries.push_back({Id(60 + c), tenant_, WriteKind::kConsent, name + "@1000", "1", Told::kAcknowledged, name, ""});
      Record(0, name, 1, Id(100 + c), "contact.created", {tenant_, contact, 7, 500, 600, 1});
      Record(0, name, 2, Id(110 + c), "consent.granted", {tenant_, contact, 8, 1000, 1100, 2});
    }
    evidence_.tries.push_back({Id(70), tenant_, WriteKind::kBad, "run-bad", "Name", Told::kRefused, "", "EMAIL_SYNTAX"});
    Uuid order = Id(3);
    evidence_.orders.push_back({tenant_, order, Id(1), "run-o"});
    evidence_.tries.push_back({Id(71), tenant_, WriteKind::kOrder, "run-o", ResourceName("contacts", Id(1)), Told::kAcknowledged, "", ""});
    Record(1, ResourceName("orders", order), 1, Id(120), "order.placed", {tenant_, Id(1), 1, 2000, 2100, 3});
    uint32_t consumer = evidence_.names.Number("interaction.timeline.v1");
    evidence_.reads[consumer] = {0, 1};
    for (const Recorded& event : evidence_.ledger)
      if (event.version == (event.service == 0 ? 2 : 1)) evidence_.applied.push_back({consumer, event.aggregate, event.version});
    evidence_.positions = {{"c", "t", 0, 5, false}, {"c", "t", 0, 9, false}, {"c", "t", 0, 2, true}, {"c", "t", 0, 3, false}};
    evidence_.processes = {{"contact", false, 100000, 50, 20}, {"contact", true, 110000, 55, 22}};
    evidence_.feed_read[tenant_] = {};
    for (const Fed& fed : evidence_.feed) evidence_.feed_read[tenant_].push_back(fed.event_id);
  }

  static Uuid Id(int number) {
    Uuid id;
    id.bytes[0] = 9;
    id.bytes[15] = static_cast<uint8_t>(number);
    return id;
  }

  void Record(uint32_t service, const std::string& subject, int64_t version, Uuid id, const char* type, Entry entry) {
    uint32_t aggregate = evidence_.names.Number(tenant_.ToString() + "/" + subject);
    auto place = static_cast<int64_t>(evidence_.ledger.size());
    evidence_.ledger.push_back({service, place + 1, aggregate, version, id, evidence_.names.Number(type), 77});
    evidence_.kafka.push_back({service, 3, place, aggregate, version, id, 77, false, true});
    evidence_.feed.push_back({tenant_, place + 1, id});
    evidence_.timeline.push_back(entry);
    evidence_.timeline_wanted.push_back(entry);
  }

  // The ids of the invariants that do not hold.
  std::set<std::string> Violated() const {
    std::set<std::string> violated;
    for (const Verdict& verdict : Judge(evidence_))
      if (!verdict.holds()) violated.insert(verdict.id);
    return violated;
  }
  using Ids = std::set<std::string>;

  Uuid tenant_;
  Evidence evidence_;
};

TEST_F(VerifyTest, AllIsWell) {
  EXPECT_EQ(Violated(), Ids()) << ToText(Judge(evidence_));
  for (const Verdict& verdict : Judge(evidence_)) EXPECT_TRUE(verdict.checked > 0 || verdict.id == "I17") << verdict.id;
}

TEST_F(VerifyTest, AnAcknowledgedWriteThatIsNotStored) {
  evidence_.contacts.pop_back();
  EXPECT_TRUE(Violated().contains("I1"));
  evidence_.contacts.push_back({tenant_, Id(2), "run-2", "Another", 2});
  EXPECT_EQ(Violated(), Ids({"I1"})) << "stored with another value";
}

TEST_F(VerifyTest, AWriteThatTookEffectTwice) {
  evidence_.orders.push_back({tenant_, Id(4), Id(1), "run-o"});
  EXPECT_TRUE(Violated().contains("I1"));
  evidence_.orders.pop_back();
  Record(0, ResourceName("contacts", Id(1)), 3, Id(130), "contact.created", {tenant_, Id(1), 7, 500, 600, 1});
  evidence_.contacts[0].version = 3;
  EXPECT_TRUE(Violated().contains("I1"));
}

TEST_F(VerifyTest, ARefusedWriteThatIsStoredAndOneThatNobodyAskedFor) {
  evidence_.contacts.push_back({tenant_, Id(5), "run-bad", "Name", 0});
  EXPECT_TRUE(Violated().contains("I2"));
  evidence_.contacts.back().external_id = "run-nobody";
  EXPECT_TRUE(Violated().contains("I2"));
  evidence_.contacts.back().external_id = "probe-1";
  EXPECT_FALSE(Violated().contains("I2"));
}

TEST_F(VerifyTest, AGoodWriteThatWasRefusedAndABadOneThatWasTaken) {
  evidence_.tries.push_back({Id(51), tenant_, WriteKind::kCreate, "run-1", "Name", Told::kRefused, "", "EXTERNAL_ID_TAKEN"});
  EXPECT_EQ(Violated(), Ids({"I2"}));
  evidence_.tries.pop_back();
  evidence_.tries.push_back({Id(72), tenant_, WriteKind::kBad, "run-bad2", "Name", Told::kAcknowledged, "", ""});
  EXPECT_EQ(Violated(), Ids({"I2"}));
}

TEST_F(VerifyTest, AHoleInALedgerAndAnOrderOfIdsThatIsNotThatOfVersions) {
  std::swap(evidence_.ledger[0].id, evidence_.ledger[1].id);
  EXPECT_EQ(Violated(), Ids({"I3"}));
  std::swap(evidence_.ledger[0].id, evidence_.ledger[1].id);
  evidence_.contacts[0].version = 3;
  EXPECT_EQ(Violated(), Ids({"I3"}));
}

TEST_F(VerifyTest, ALostEvent) {
  evidence_.kafka.erase(evidence_.kafka.begin() + 1);
  EXPECT_EQ(Violated(), Ids({"I4"}));
}

TEST_F(VerifyTest, AnEventThatWaitsForEver) {
  evidence_.pending = 1;
  EXPECT_EQ(Violated(), Ids({"I4"}));
}

TEST_F(VerifyTest, APhantomAndADifferingCopy) {
  Published phantom = evidence_.kafka[4];
  phantom.event_id = Id(200);
  phantom.offset = 50;
  phantom.version = 2;
  evidence_.kafka.push_back(phantom);
  EXPECT_EQ(Violated(), Ids({"I5"}));
  evidence_.kafka.back().is_injected = true;
  EXPECT_EQ(Violated(), Ids());
  evidence_.kafka.pop_back();
  evidence_.kafka[2].payload_hash = 78;
  EXPECT_EQ(Violated(), Ids({"I5"}));
}

TEST_F(VerifyTest, EventsOutOfOrder) {
  std::swap(evidence_.kafka[0].offset, evidence_.kafka[1].offset);
  EXPECT_EQ(Violated(), Ids({"I6"}));
  std::swap(evidence_.kafka[0].offset, evidence_.kafka[1].offset);
  evidence_.kafka[1].partition = 4;
  EXPECT_EQ(Violated(), Ids({"I6"}));
}

TEST_F(VerifyTest, RepeatsAreCountedAndAllowed) {
  Published again = evidence_.kafka[0];
  again.offset = 99;
  evidence_.kafka.push_back(again);
  EXPECT_EQ(Violated(), Ids());
  for (const Verdict& verdict : Judge(evidence_))
    if (verdict.id == "I7") {
      EXPECT_EQ(verdict.figures.at("repeats"), 1);
    }
}

TEST_F(VerifyTest, AnEffectThatIsMissingOrThereTwiceOrInvented) {
  Entry entry = evidence_.timeline.back();
  evidence_.timeline.pop_back();
  EXPECT_EQ(Violated(), Ids({"I8"}));
  evidence_.timeline.push_back(entry);
  evidence_.timeline.push_back(entry);
  EXPECT_EQ(Violated(), Ids({"I8"}));
  evidence_.timeline.pop_back();
  evidence_.timeline.back().content = 999;
  EXPECT_EQ(Violated(), Ids({"I8"}));
}

TEST_F(VerifyTest, AConsumerThatStandsStill) {
  evidence_.applied[0].version = 1;
  EXPECT_EQ(Violated(), Ids({"I9"}));
  evidence_.applied[0].version = 2;
  evidence_.parked.push_back({0, evidence_.ledger[0].aggregate, "GAP", "a hole"});
  EXPECT_EQ(Violated(), Ids({"I9"}));
}

TEST_F(VerifyTest, WhatAForeignProducerInventedMayBeParked) {
  uint32_t invented = evidence_.names.Number(tenant_.ToString() + "/contacts/" + Id(90).ToString());
  evidence_.kafka.push_back({0, 3, 60, invented, 1, Id(210), 5, true, true});
  evidence_.parked.push_back({0, invented, "POISON", "bad"});
  EXPECT_EQ(Violated(), Ids());
}

TEST_F(VerifyTest, WhatWasInjectedIsKnownAlsoAfterTheTopicsWereLost) {
  uint32_t invented = evidence_.names.Number(tenant_.ToString() + "/contacts/" + Id(91).ToString());
  evidence_.parked.push_back({0, invented, "POISON", "bad"});
  EXPECT_EQ(Violated(), Ids({"I9"}));
  evidence_.injected.insert(invented);
  EXPECT_EQ(Violated(), Ids());
  // An aggregate of ours is not excused by what a stranger wrote about it.
  evidence_.injected.insert(evidence_.ledger[0].aggregate);
  evidence_.parked.push_back({0, evidence_.ledger[0].aggregate, "POISON", "bad"});
  EXPECT_EQ(Violated(), Ids({"I9"}));
}

TEST_F(VerifyTest, AFork) {
  Recorded twin = evidence_.ledger[1];
  twin.event_id = Id(220);
  twin.id = 99;
  evidence_.ledger.push_back(twin);
  EXPECT_TRUE(Violated().contains("I9"));
}

TEST_F(VerifyTest, APositionThatGoesBack) {
  evidence_.positions.push_back({"c", "t", 0, 1, false});
  EXPECT_EQ(Violated(), Ids({"I10"}));
}

TEST_F(VerifyTest, AFeedWithAGapARepeatOrSomethingMissing) {
  evidence_.feed[2].seq = 20;
  EXPECT_EQ(Violated(), Ids({"I15"}));
  evidence_.feed[2].seq = 3;
  evidence_.feed_read[tenant_].erase(evidence_.feed_read[tenant_].begin() + 1);
  EXPECT_EQ(Violated(), Ids({"I15"})) << "a reader missed one";
  evidence_.feed_read.clear();
  evidence_.feed.pop_back();
  EXPECT_EQ(Violated(), Ids({"I15"}));
}

TEST_F(VerifyTest, AnothersWordAndAProcessThatGrows) {
  evidence_.foreign_words = 1;
  evidence_.foreign_places = {"somewhere"};
  evidence_.processes[1].resident_kb = 200000;
  EXPECT_EQ(Violated(), Ids({"I17", "I18"}));
  EXPECT_NE(ToText(Judge(evidence_)).find("VIOLATED"), std::string::npos);
  EXPECT_NE(ToJson(Judge(evidence_)).find("\"holds\": false"), std::string::npos);
}

}  // namespace
}  // namespace vefa::verify
