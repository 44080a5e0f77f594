#include "services/contact/iys/iys.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "services/contact/iys/iys_wire.h"

namespace vefa::contact {
namespace {

Time At(int seconds) { return *iys_wire::ParseTime("2026-11-23 09:00:00") + std::chrono::seconds(seconds); }

IysWord Granted(int at) {
  IysWord word;
  word.channel = Channel::kEmail;
  word.address_hash = "h";
  word.granted_time = At(at);
  return word;
}
IysWord Denied(int at) {
  IysWord word;
  word.channel = Channel::kEmail;
  word.address_hash = "h";
  word.denied_time = At(at);
  return word;
}

TEST(Iys, WhoSaidNothingIsNoMatterForIt) { EXPECT_FALSE(EntryOf({}, std::nullopt)); }

TEST(Iys, OneAgreementIsAnApproval) {
  IysWord word = Granted(10);
  word.denied_time = At(20);
  auto entry = EntryOf(word, std::nullopt);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->wanted, IysStatus::kOnay);
  EXPECT_EQ(entry->state, IysState::kWaiting);
  EXPECT_EQ(iys_wire::TimeText(entry->due_time), "2026-11-27 00:00:00");
  EXPECT_FALSE(EntryOf(word, entry));
}

TEST(Iys, AnotherAddressBeginsAnew) {
  auto entry = EntryOf(Granted(10), std::nullopt);
  Registered(*entry, IysStatus::kOnay, At(11), "t");
  EXPECT_EQ(entry->state, IysState::kRegistered);
  IysWord moved = Granted(10);
  moved.address_hash = "other";
  auto anew = EntryOf(moved, entry);
  ASSERT_TRUE(anew);
  EXPECT_EQ(anew->registered, IysStatus::kUnknown);
  EXPECT_EQ(anew->state, IysState::kWaiting);
}

TEST(Iys, ARefusalOfAStrangerIsAskedAboutAndNotNeeded) {
  auto entry = EntryOf(Denied(10), std::nullopt);
  EXPECT_EQ(StepOf(*entry, IysMaster::kVefa), IysStep::kAsk);
  Answered(*entry, IysStatus::kUnknown, IysMaster::kVefa, At(12));
  EXPECT_EQ(entry->state, IysState::kUnneeded);
}

TEST(Iys, ARefusalOfSomebodyItKnowsIsSent) {
  auto entry = EntryOf(Denied(10), std::nullopt);
  EXPECT_EQ(Answered(*entry, IysStatus::kOnay, IysMaster::kVefa, At(12)), IysStep::kSend);
}

TEST(Iys, WhereItIsTheMasterNobodyIsMadeKnownToIt) {
  auto entry = EntryOf(Granted(10), std::nullopt);
  EXPECT_EQ(StepOf(*entry, IysMaster::kVefa), IysStep::kSend);
  EXPECT_EQ(StepOf(*entry, IysMaster::kIys), IysStep::kAsk);
  Answered(*entry, IysStatus::kUnknown, IysMaster::kIys, At(12));
  EXPECT_EQ(entry->state, IysState::kUnneeded);
}

TEST(Iys, WhatIsUnderWayIsWaitedForThoughTheyChangeTheirMind) {
  auto entry = EntryOf(Granted(10), std::nullopt);
  entry->sent = IysStatus::kOnay;
  entry->state = IysState::kSent;
  auto changed = EntryOf(Denied(20), entry);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->state, IysState::kSent);
  Registered(*changed, changed->sent, At(21), "t");
  EXPECT_EQ(changed->state, IysState::kWaiting);
  EXPECT_EQ(StepOf(*changed, IysMaster::kVefa), IysStep::kSend);
}

TEST(Iys, AnApprovalThatMayBeOnItsWayIsNotForgotten) {
  auto entry = EntryOf(Granted(10), std::nullopt);
  entry->sent = IysStatus::kOnay;  // And the process ended.
  auto changed = EntryOf(Denied(20), entry);
  EXPECT_EQ(StepOf(*changed, IysMaster::kVefa), IysStep::kAsk);
  Answered(*changed, IysStatus::kUnknown, IysMaster::kVefa, At(21));
  EXPECT_EQ(changed->state, IysState::kWaiting);
  EXPECT_EQ(StepOf(*changed, IysMaster::kVefa), IysStep::kAsk);
  EXPECT_EQ(Answered(*changed, IysStatus::kOnay, IysMaster::kVefa, At(22)), IysStep::kSend);
}

TEST(Iys, WordsOfIysItselfAreNotSentBack) {
  EXPECT_EQ(IysSourceOf("IYS_WEB"), "HS_WEB");
  EXPECT_EQ(IysSourceOf(""), "HS_WEB");
  EXPECT_EQ(IysSourceOf("HS_CAGRI_MERKEZI"), "HS_CAGRI_MERKEZI");
}

TEST(Iys, AnAccountSaysEverythingThatIsWrong) {
  IysAccount account;
  account.master = IysMaster::kIys;
  std::vector<Violation> violations;
  Normalise(account, violations);
  std::string all;
  for (const Violation& violation : violations) all += violation.field + " " + violation.reason + "\n";
  EXPECT_EQ(all, "account.iys_code OUT_OF_RANGE\naccount.brand_code OUT_OF_RANGE\naccount.username REQUIRED\naccount.approval_purpose PURPOSE_REQUIRED\n");
}

// Whatever people say, however often the process ends between a mark and an answer: in the end IYS knows their last word, or never heard of
// somebody who refuses.
RC_GTEST_PROP(IysProperty, ItEndsWithTheLastWord, ()) {
  IysStatus there = IysStatus::kUnknown;
  std::vector<IysStatus> under_way;
  std::optional<IysEntry> entry;
  // As IYS takes what it is sent: no first refusal, nothing twice.
  auto arrive = [&] {
    for (IysStatus status : under_way)
      if (!(status == IysStatus::kRet && there == IysStatus::kUnknown)) there = status;
    under_way.clear();
  };
  auto turn = [&](bool ends) {
    if (!entry) return;
    if (entry->state == IysState::kSent) {
      arrive();
      if (there == entry->sent) return Registered(*entry, entry->sent, At(0), "t");
      entry->state = IysState::kWaiting;
      return;
    }
    ++entry->attempts;
    switch (StepOf(*entry, IysMaster::kVefa)) {
      case IysStep::kNothing: return;
      case IysStep::kAsk:
        // It takes most of an hour until an address is given up, and a batch some seconds.
        if (entry->attempts > 4) arrive();
        if (Answered(*entry, there, IysMaster::kVefa, At(0)) == IysStep::kSend) break;
        return;
      case IysStep::kSend: entry->sent = entry->wanted;
    }
    under_way.push_back(entry->wanted);
    if (!ends) entry->state = IysState::kSent;
  };
  int at = 0;
  std::optional<IysStatus> last;
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 5));
  for (int step : steps) {
    if (step == 4) {
      arrive();
    } else if (step < 2) {
      auto next = EntryOf(step == 0 ? Granted(++at) : Denied(++at), entry);
      if (next) entry = next;
      last = step == 0 ? IysStatus::kOnay : IysStatus::kRet;
    } else {
      turn(step == 3);
    }
  }
  arrive();
  for (int i = 0; i < 40; ++i) turn(false);
  if (last) RC_ASSERT(there == *last || (there == IysStatus::kUnknown && *last == IysStatus::kRet));
}

}  // namespace
}  // namespace vefa::contact
