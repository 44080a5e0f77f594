#include "services/contact/merge/merging.h"
#include "services/contact/right/right_fixture.h"

namespace vefa::contact {
namespace {

class LimitTest : public RightsTest {
 protected:
  std::string Agreed(const std::string& external_id) {
    const std::string person = NewPerson(external_id);
    EXPECT_TRUE(Consent(person, v1::Consent::STATE_GRANTED, 2).ok());
    return person;
  }
  void Object(const std::string& contact, const std::vector<std::string>& purposes) {
    auto request = Wanted(contact, v1::RIGHT_KIND_OBJECTION);
    for (const std::string& purpose : purposes) request.mutable_rights_request()->add_purposes(purpose);
    auto done = Fulfill(Create(request)->name());
    EXPECT_TRUE(done.ok()) << done.error().message;
  }
  Result<v1::ProcessingLimits> Lift(const std::string& contact, const std::function<void(v1::LiftProcessingLimitsRequest&)>& what) {
    v1::LiftProcessingLimitsRequest request;
    request.set_name(contact + "/processingLimits");
    request.set_reason("ASKED_BY_PERSON");
    what(request);
    return Ask(limits_, &Limits::LiftProcessingLimits, request);
  }
  v1::Consent::State ToSender(const std::string& contact) {
    v1::BatchGetRecipientsRequest request;
    request.add_contacts(contact);
    request.set_purpose("win-back");
    request.set_channel(v1::CHANNEL_EMAIL);
    auto answer = Call(&Stub::BatchGetRecipients, request);
    EXPECT_TRUE(answer.ok() && answer->recipients_size() == 1);
    return answer->recipients(0).consent();
  }
  Result<MergeOutcome> Merge(const std::string& survivor, const std::string& merged) {
    contact::Merge merge{{}, *ParseResourceName("contacts", survivor), *ParseResourceName("contacts", merged), {}, "", {}, "", {}};
    auto sealer = keys_.ForTenant(tenant_, Soon());
    auto definitions = attributes_.ForTenant(tenant_, Soon());
    return postgres::InTransaction(database_.service(), postgres::Scope::Tenant(tenant_), Soon(), [&](postgres::Transaction& transaction) {
      return Merging(transaction, **sealer, **definitions, clock_).Unite(merge, {}, false);
    });
  }
};

TEST_F(LimitTest, ARestrictionStopsEverythingUntilItIsLifted) {
  const std::string ada = Agreed("1");
  EXPECT_EQ(May(ada), v1::ConsentDecision::REASON_GRANTED);
  EXPECT_EQ(ToSender(ada), v1::Consent::STATE_GRANTED);
  const std::string restriction = Received(ada, v1::RIGHT_KIND_RESTRICTION);
  EXPECT_EQ(May(ada), v1::ConsentDecision::REASON_GRANTED) << "asked for, not done";
  ASSERT_TRUE(Fulfill(restriction).ok()) << "what only stops things needs no identity check";
  EXPECT_EQ(May(ada), v1::ConsentDecision::REASON_RESTRICTED);
  EXPECT_EQ(ToSender(ada), v1::Consent::STATE_UNSPECIFIED);
  EXPECT_EQ(Types(ada), (std::vector<std::string>{"contact.created", "consent.granted", "processing_limits.changed"}));
  EXPECT_EQ(Get(ada)->version(), 3) << "no stale copy";
  auto lifted = Lift(ada, [](auto& request) { request.set_restriction(true); });
  ASSERT_TRUE(lifted.ok()) << lifted.error().message;
  EXPECT_FALSE(lifted->has_restrict_time());
  EXPECT_EQ(May(ada), v1::ConsentDecision::REASON_GRANTED);
  ASSERT_TRUE(Lift(ada, [](auto& request) { request.set_restriction(true); }).ok());
  EXPECT_EQ(Types(ada).size(), 4u) << "what does not stand is not lifted again";
  EXPECT_EQ(Lift(ada, [](auto& request) { request.set_reason("no"); }).error().violations.size(), 2u);
}

TEST_F(LimitTest, AnObjectionIsToItsPurposes) {
  const std::string ada = Agreed("1"), bob = Agreed("2");
  Object(ada, {"win-back", "profiling"});
  EXPECT_EQ(May(ada), v1::ConsentDecision::REASON_OBJECTED);
  EXPECT_EQ(ToSender(ada), v1::Consent::STATE_UNSPECIFIED);
  EXPECT_EQ(May(ada, "service"), v1::ConsentDecision::REASON_NEVER_ASKED);
  Object(bob, {});
  EXPECT_EQ(May(bob), v1::ConsentDecision::REASON_OBJECTED);
  EXPECT_EQ(May(bob, "service"), v1::ConsentDecision::REASON_OBJECTED);
  EXPECT_EQ(ToSender(bob), v1::Consent::STATE_UNSPECIFIED);
  auto lifted = Lift(ada, [](auto& request) { request.add_purposes("win-back"); });
  EXPECT_EQ(lifted->objected_purposes_size(), 1);
  EXPECT_TRUE(lifted->has_object_time());
  EXPECT_EQ(May(ada), v1::ConsentDecision::REASON_GRANTED);
  EXPECT_EQ(ToSender(ada), v1::Consent::STATE_GRANTED);
  auto nothing = Lift(bob, [](auto& request) { request.set_objections(true); });
  EXPECT_FALSE(nothing->has_object_time());
  EXPECT_EQ(May(bob), v1::ConsentDecision::REASON_GRANTED);
}

TEST_F(LimitTest, AMergeWidensNothing) {
  const std::string ada = Agreed("1"), twin = Agreed("2");
  Object(twin, {"win-back"});
  EXPECT_EQ(Merge(ada, twin).error().reason, "RIGHTS_WOULD_WIDEN");
  Object(ada, {"profiling", "win-back"});
  auto merged = Merge(ada, twin);
  ASSERT_TRUE(merged.ok()) << merged.error().message;
  EXPECT_EQ(May(ada), v1::ConsentDecision::REASON_OBJECTED);
  EXPECT_EQ(Create(Wanted(twin, v1::RIGHT_KIND_ACCESS)).error().reason, "CONTACT_MERGED");
}

TEST_F(LimitTest, AHeldPartHoldsTheWhole) {
  const std::string ada = Agreed("1"), twin = Agreed("2");
  auto held = Hold(twin);
  ASSERT_TRUE(held.ok());
  EXPECT_EQ(held->hold_reason(), "LAWSUIT_2026_17");
  EXPECT_EQ(Hold(twin)->hold_time().seconds(), held->hold_time().seconds());
  ASSERT_TRUE(Merge(ada, twin).ok());
  EXPECT_EQ(Erase(ada).error().reason, "LEGAL_HOLD");
  EXPECT_FALSE(Get(ada)->has_erase_time()) << "nothing is begun";
  ASSERT_TRUE(Release(twin).ok());
  ASSERT_TRUE(Erase(ada).ok());
  EXPECT_TRUE(Get(twin)->has_erase_time());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM legal_hold WHERE lift_reason = 'LAWSUIT_ENDED'"), 1);
}

}  // namespace
}  // namespace vefa::contact
