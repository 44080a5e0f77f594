#include "services/contact/consent/consent_point.h"

#include <map>
#include <random>

#include "services/contact/consent/consent_fixture.h"

namespace vefa::contact {
namespace {

using Reason = v1::ConsentDecision;
using State = v1::Consent;

class ConsentPointTest : public ConsentTest {
 protected:
  using Points = v1::ContactPointService::Stub;

  ConsentPointTest() : ayse_(MakePerson("1")), home_(Points_().points(0).name()), work_(Add("work@deniz.example")) {}

  v1::ListContactPointsResponse Points_() {
    v1::ListContactPointsRequest request;
    request.set_contact(ayse_);
    return *Call(&Points::ListContactPoints, request);
  }
  std::string Add(const std::string& value, bool primary = false, v1::ContactPoint::Kind kind = v1::ContactPoint::KIND_EMAIL) {
    v1::AddContactPointRequest request;
    request.set_contact(ayse_);
    request.mutable_point()->set_kind(kind);
    request.mutable_point()->set_value(value);
    request.mutable_point()->set_primary(primary);
    auto added = Call(&Points::AddContactPoint, request);
    EXPECT_TRUE(added.ok());
    return added.ok() ? added->name() : "";
  }
  void Remove(const std::string& point) {
    v1::RemoveContactPointRequest request;
    request.set_name(point);
    EXPECT_TRUE(Call(&Points::RemoveContactPoint, request).ok());
  }
  void Use(const std::string& point) {
    v1::UpdateContactPointRequest request;
    request.mutable_point()->set_name(point);
    request.mutable_point()->set_primary(true);
    request.mutable_update_mask()->add_paths("primary");
    auto used = Call(&Points::UpdateContactPoint, request);
    EXPECT_TRUE(used.ok()) << used.error().message;
  }
  // About one address; empty: about all.
  Result<v1::Consent> Say(State::State state, int minutes_ago, const std::string& point = "") {
    v1::Consent consent = Said(state, std::chrono::minutes(minutes_ago));
    consent.set_point(point);
    return Record(ayse_, std::move(consent));
  }
  Reason::Reason At(const std::string& point, const std::string& purpose = "win-back") {
    v1::CheckConsentRequest request;
    auto& question = *request.add_questions();
    question.set_contact(ayse_);
    question.set_purpose(purpose);
    question.set_channel(v1::CHANNEL_EMAIL);
    question.set_point(point);
    auto answer = Check(request);
    EXPECT_TRUE(answer.ok()) << answer.error().message;
    return answer.ok() ? answer->decisions(0).reason() : Reason::REASON_UNSPECIFIED;
  }
  // What events say of what holds where messages go, folded as a projection does.
  State::State Heard() {
    static const postgres::Statement kEvents{"test_consents", "SELECT payload FROM event_log ORDER BY id"};
    auto rows = database_.service().Run(postgres::Scope::Tenant(tenant_), kEvents, {}, Soon());
    State::State heard = State::STATE_UNSPECIFIED;
    for (int i = 0; i < rows->size(); ++i) {
      v1::ContactEvent event;
      EXPECT_TRUE(event.ParseFromString(rows->String(i, 0)));
      if (event.has_consent_granted() && !event.consent_granted().terms().unused_point()) heard = State::STATE_GRANTED;
      if (event.has_consent_withdrawn() && !event.consent_withdrawn().terms().unused_point()) heard = State::STATE_WITHDRAWN;
      if (event.has_consent_changed() && !event.consent_changed().terms().unused_point()) heard = event.consent_changed().state();
    }
    return heard;
  }

  const std::string ayse_, home_, work_;
};

TEST_F(ConsentPointTest, AWordAboutOneAddressLeavesTheOthersAsTheyWere) {
  ASSERT_TRUE(Say(State::STATE_GRANTED, 60).ok());
  EXPECT_EQ(At(home_), Reason::REASON_GRANTED);
  EXPECT_EQ(At(work_), Reason::REASON_GRANTED);
  auto withdrawn = Say(State::STATE_WITHDRAWN, 50, work_);
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.error().message;
  EXPECT_EQ(withdrawn->point(), work_);
  EXPECT_EQ(At(work_), Reason::REASON_WITHDRAWN);
  EXPECT_EQ(At(home_), Reason::REASON_GRANTED);
  EXPECT_EQ(At(""), Reason::REASON_GRANTED);
  EXPECT_EQ(Heard(), State::STATE_GRANTED) << "messages go to the other address";
  // The latest word about an address, or about all, counts.
  ASSERT_TRUE(Say(State::STATE_WITHDRAWN, 40).ok());
  ASSERT_TRUE(Say(State::STATE_GRANTED, 30, work_).ok());
  EXPECT_EQ(At(work_), Reason::REASON_GRANTED);
  EXPECT_EQ(At(home_), Reason::REASON_WITHDRAWN);
  EXPECT_EQ(Heard(), State::STATE_WITHDRAWN);
  v1::ListConsentsRequest list;
  list.set_contact(ayse_);
  auto listed = Call(&Stub::ListConsents, list);
  ASSERT_EQ(listed->states_size(), 1);
  EXPECT_EQ(listed->states(0).state(), State::STATE_WITHDRAWN);
  ASSERT_EQ(listed->point_states_size(), 1);
  EXPECT_EQ(listed->point_states(0).point(), work_);
  EXPECT_EQ(listed->point_states(0).state(), State::STATE_GRANTED);
  EXPECT_EQ(listed->log_size(), 4);
}

TEST_F(ConsentPointTest, WhatHoldsFollowsTheAddressThatIsUsed) {
  ASSERT_TRUE(Say(State::STATE_GRANTED, 60).ok());
  ASSERT_TRUE(Say(State::STATE_WITHDRAWN, 50, work_).ok());
  Use(work_);
  EXPECT_EQ(At(""), Reason::REASON_WITHDRAWN);
  EXPECT_EQ(Heard(), State::STATE_WITHDRAWN);
  v1::BatchGetRecipientsRequest recipients;
  recipients.add_contacts(ayse_);
  recipients.set_purpose("win-back");
  recipients.set_channel(v1::CHANNEL_EMAIL);
  EXPECT_FALSE(Call(&Stub::BatchGetRecipients, recipients)->recipients(0).allowed());
  Use(home_);
  EXPECT_EQ(At(""), Reason::REASON_GRANTED);
  EXPECT_EQ(Heard(), State::STATE_GRANTED);
  EXPECT_TRUE(Call(&Stub::BatchGetRecipients, recipients)->recipients(0).allowed());
  // The record says the version that the last of its events made.
  static const postgres::Statement kVersion{"test_version", "SELECT max(aggregate_version)::text FROM event_log"};
  auto version = database_.service().Run(postgres::Scope::Tenant(tenant_), kVersion, {}, Soon());
  EXPECT_EQ(std::to_string(Get(ayse_)->version()), version->String(0, 0));
}

TEST_F(ConsentPointTest, AnAddressThatComesBackIsHeldToWhatWasSaidOfIt) {
  ASSERT_TRUE(Say(State::STATE_GRANTED, 60).ok());
  ASSERT_TRUE(Say(State::STATE_REFUSED, 50, work_).ok());
  Remove(work_);
  EXPECT_EQ(At(work_), Reason::REASON_NO_SUCH_POINT);
  const std::string again = Add("Work@deniz.example", true);
  ASSERT_NE(again, work_);
  EXPECT_EQ(At(again), Reason::REASON_REFUSED);
  EXPECT_EQ(At(""), Reason::REASON_REFUSED);
}

TEST_F(ConsentPointTest, OneAddressesAgreementIsNoOthers) {
  ASSERT_TRUE(Say(State::STATE_GRANTED, 60, home_).ok());
  EXPECT_EQ(At(""), Reason::REASON_GRANTED);
  EXPECT_EQ(At(work_), Reason::REASON_NEVER_ASKED);
  Use(work_);
  EXPECT_EQ(At(""), Reason::REASON_NEVER_ASKED);
  EXPECT_EQ(Heard(), State::STATE_UNSPECIFIED);
  Remove(work_);
  EXPECT_EQ(At(""), Reason::REASON_GRANTED);
}

// Whatever is said in whatever order, while the used address changes: of each address holds the latest word about it or about all.
TEST_F(ConsentPointTest, OfEachAddressTheLatestWordHolds) {
  struct Word {
    int minutes_ago = 0;
    int order = 0;
    int of = 0;  // 0: all; else the address.
    State::State state = State::STATE_UNSPECIFIED;
  };
  const State::State states[] = {State::STATE_GRANTED, State::STATE_WITHDRAWN, State::STATE_REFUSED, State::STATE_EXPIRED};
  const std::map<State::State, Reason::Reason> reasons = {{State::STATE_UNSPECIFIED, Reason::REASON_NEVER_ASKED}, {State::STATE_GRANTED, Reason::REASON_GRANTED},
                                                          {State::STATE_WITHDRAWN, Reason::REASON_WITHDRAWN}, {State::STATE_REFUSED, Reason::REASON_REFUSED},
                                                          {State::STATE_EXPIRED, Reason::REASON_EXPIRED}};
  const std::string points[] = {"", home_, work_};
  for (uint32_t seed = 1; seed <= 12; ++seed) {
    std::mt19937 dice(seed);
    const std::string purpose = "purpose-" + std::to_string(seed);
    std::vector<Word> said;
    int used = 1;
    Use(home_);
    for (int step = 0; step < 14; ++step) {
      if (dice() % 4 == 0) {
        used = 3 - used;
        Use(points[used]);
      } else {
        // Never twice at one moment: of two such words the one that was recorded later holds.
        const Word word{static_cast<int>(1 + 20 * (dice() % 50) + static_cast<uint32_t>(step)), step, static_cast<int>(dice() % 3), states[dice() % 4]};
        v1::Consent consent = Said(word.state, std::chrono::minutes(word.minutes_ago), purpose);
        consent.set_point(points[word.of]);
        ASSERT_TRUE(Record(ayse_, consent).ok());
        said.push_back(word);
      }
      for (int at = 0; at < 3; ++at) {
        const int address = at == 0 ? used : at;
        const Word* holds = nullptr;
        for (const Word& word : said)
          if ((word.of == 0 || word.of == address) && (holds == nullptr || word.minutes_ago < holds->minutes_ago)) holds = &word;
        ASSERT_EQ(At(points[at], purpose), reasons.at(holds == nullptr ? State::STATE_UNSPECIFIED : holds->state))
            << "seed " << seed << ", step " << step << ", address " << at;
      }
    }
  }
}

TEST_F(ConsentPointTest, SaysWhatIsWrongWithAPoint) {
  EXPECT_EQ(Say(State::STATE_GRANTED, 9, "contacts/01890a5d-ac96-774b-bcce-b302099a8057/points/01890a5d-ac96-774b-bcce-b302099a8057").error()
                .violations.front().reason, "NAME_SYNTAX");
  EXPECT_EQ(Say(State::STATE_GRANTED, 9, ayse_ + "/points/01890a5d-ac96-774b-bcce-b302099a8057").error().violations.front().reason, "POINT_NOT_FOUND");
  const std::string phone = Add("+90 532 123 45 67", true, v1::ContactPoint::KIND_PHONE);
  EXPECT_EQ(Say(State::STATE_GRANTED, 9, phone).error().violations.front().reason, "POINT_KIND");
  EXPECT_EQ(At(phone), Reason::REASON_NO_SUCH_POINT) << "not one of the channel";
  // Two addresses may be spoken of at one moment, and each once.
  const auto when = clock_.Now() - std::chrono::minutes(5);
  for (int again = 0; again < 2; ++again)
    for (const std::string& point : {home_, work_}) {
      v1::Consent consent = Said(State::STATE_WITHDRAWN, std::chrono::minutes(0));
      consent.set_point(point);
      *consent.mutable_occur_time() = rpc::ToProto(when);
      ASSERT_TRUE(Record(ayse_, consent).ok());
    }
  v1::ListConsentsRequest list;
  list.set_contact(ayse_);
  EXPECT_EQ(Call(&Stub::ListConsents, list)->log_size(), 2);
}

TEST_F(ConsentPointTest, AProofNamesTheAddressThatWasSpokenOf) {
  ASSERT_TRUE(Say(State::STATE_GRANTED, 60).ok());
  ASSERT_TRUE(Say(State::STATE_WITHDRAWN, 50, work_).ok());
  EXPECT_EQ(Seal(), 2);
  std::vector<std::string> addresses;
  for (const v1::ExportConsentProofResponse& record : Export(ayse_))
    if (record.has_entry()) addresses.push_back(record.entry().opening().address());
  EXPECT_EQ(addresses, (std::vector<std::string>{"ayse@deniz.example", "work@deniz.example"}));
}

TEST_F(ConsentPointTest, WithThePersonTheAddressesAreForgotten) {
  ASSERT_TRUE(Say(State::STATE_WITHDRAWN, 50, work_).ok());
  ASSERT_TRUE(Erase(ayse_).ok());
  static const postgres::Statement kLeft{"test_left", "SELECT count(*)::text FROM consent_address"};
  auto left = database_.service().Run(postgres::Scope::Tenant(tenant_), kLeft, {}, Soon());
  EXPECT_EQ(left->String(0, 0), "0");
}

}  // namespace
}  // namespace vefa::contact
