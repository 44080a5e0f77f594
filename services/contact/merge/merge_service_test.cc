#include "services/contact/merge/merge_service.h"

#include <future>

#include "services/contact/merge/merge_fixture.h"

namespace vefa::contact {
namespace {

TEST_F(MergeServiceTest, TwoBecomeOneAndTwoAgain) {
  std::string ayse = Create("1", ""), twin = Create("2", "twin@deniz.example", "Ayşe");
  v1::Contact alone = *Get(ayse), twin_alone = *Get(twin);
  std::string points = Points(ayse), twin_points = Points(twin);
  auto merge = Merge(ayse, twin);
  ASSERT_TRUE(merge.ok()) << merge.error().message;
  EXPECT_EQ(merge->contact().email(), "twin@deniz.example");
  EXPECT_EQ(Get(ayse)->given_name(), "Ayşe");
  EXPECT_EQ(Get(twin)->merged_into(), ayse);
  EXPECT_EQ(Call(&Stub::ListContacts, v1::ListContactsRequest())->contacts_size(), 1);
  EXPECT_EQ(Call(&Stub::ListContacts, v1::ListContactsRequest())->total_size(), 1);
  v1::ListContactsRequest merged;
  merged.set_filter("state=MERGED");
  EXPECT_EQ(Call(&Stub::ListContacts, merged)->contacts(0).name(), twin);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'contact.merged'"), 1);

  auto free = Unmerge(merge->name());
  ASSERT_TRUE(free.ok()) << free.error().message;
  EXPECT_EQ(Essence(*Get(ayse)), Essence(alone));
  EXPECT_EQ(Essence(*Get(twin)), Essence(twin_alone));
  EXPECT_EQ(Points(ayse), points);
  EXPECT_EQ(Points(twin), twin_points);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_own"), 0);
  // Again changes nothing, and says the same.
  auto again = Unmerge(merge->name());
  EXPECT_EQ(again->undo_time().SerializeAsString(), free->undo_time().SerializeAsString());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'contact.unmerged'"), 1);
  v1::ListMergesRequest list;
  list.set_contact(twin);
  EXPECT_EQ(Ask(&Merges::ListMerges, list)->merges_size(), 1);
}

TEST_F(MergeServiceTest, WhatIsChangedMeanwhileBelongsToWhoWasChanged) {
  std::string ayse = Create("1", "ayse@deniz.example"), twin = Create("2", "twin@deniz.example", "Ayşe");
  std::string merge = Merge(ayse, twin)->name();
  ASSERT_TRUE(Update(ayse, [](v1::Contact& contact) { contact.set_family_name("Işık"); }).ok());
  // An import speaks of the merged one by its external id; what is shown of it follows.
  auto said = Person("2");
  said.mutable_contact()->set_email("twin@deniz.example");
  said.mutable_contact()->set_given_name("Ayşegül");
  auto imported = Import(said);
  EXPECT_EQ(imported->contacts_updated(), 1);
  EXPECT_EQ(Get(ayse)->given_name(), "Ayşegül");
  // And of the survivor: what was taken goes on being shown.
  auto own = Person("1");
  own.mutable_contact()->set_given_name("Ayşem");
  ASSERT_TRUE(Import(own).ok());
  EXPECT_EQ(Get(ayse)->given_name(), "Ayşegül");
  ASSERT_TRUE(Unmerge(merge).ok());
  EXPECT_EQ(Get(ayse)->given_name(), "Ayşem");
  EXPECT_EQ(Get(ayse)->family_name(), "Işık");
  EXPECT_EQ(Get(twin)->given_name(), "Ayşegül");
  EXPECT_EQ(Get(twin)->family_name(), "");
}

TEST_F(MergeServiceTest, NobodyWritesToAMergedOne) {
  std::string ayse = Create("1", ""), twin = Create("2", "");
  ASSERT_TRUE(Merge(ayse, twin).ok());
  auto refused = Update(twin, [](v1::Contact& contact) { contact.set_given_name("X"); });
  EXPECT_EQ(refused.error().reason, "CONTACT_MERGED");
  EXPECT_EQ(refused.error().metadata.at("survivor"), ayse);
  EXPECT_EQ(Merge(Create("3", ""), twin).error().reason, "CONTACT_MERGED");
  EXPECT_EQ(Merge(twin, ayse).error().reason, "CONTACT_MERGED");
  EXPECT_EQ(Merge(ayse, ayse).error().metadata.size() + Merge(ayse, ayse).error().violations.size(), 1u);
  EXPECT_EQ(Erase(twin).error().reason, "CONTACT_MERGED");
  EXPECT_EQ(Merge(ayse, "contacts/01970000-0000-7000-8000-000000000009").error().reason, "CONTACT_NOT_FOUND");
  EXPECT_EQ(Unmerge("merges/01970000-0000-7000-8000-000000000009").error().reason, "MERGE_NOT_FOUND");
}

TEST_F(MergeServiceTest, TheStrictestConsentWinsAndEachKeepsItsOwn) {
  std::string ayse = Create("1", "ayse@deniz.example"), twin = Create("2", "twin@deniz.example");
  ASSERT_TRUE(Consent(ayse, v1::Consent::STATE_GRANTED, 3).ok());
  ASSERT_TRUE(Consent(twin, v1::Consent::STATE_WITHDRAWN, 2).ok());
  std::string merge = Merge(ayse, twin)->name();
  EXPECT_EQ(Check(ayse), ConsentReason::kWithdrawn);
  EXPECT_EQ(Check(twin), ConsentReason::kContactMerged);
  v1::BatchGetRecipientsRequest recipients;
  recipients.add_contacts(ayse);
  recipients.add_contacts(twin);
  recipients.set_purpose("win-back");
  recipients.set_channel(v1::CHANNEL_EMAIL);
  auto known = Call(&Stub::BatchGetRecipients, recipients);
  ASSERT_EQ(known->recipients_size(), 1);
  EXPECT_EQ(known->recipients(0).consent(), v1::Consent::STATE_WITHDRAWN);
  ASSERT_TRUE(Unmerge(merge).ok());
  EXPECT_EQ(Check(ayse), ConsentReason::kGranted);
  EXPECT_EQ(Check(twin), ConsentReason::kWithdrawn);
}

TEST_F(MergeServiceTest, AWithdrawalOfTheMergedOneReachesTheSurvivor) {
  std::string ayse = Create("1", "ayse@deniz.example"), twin = Create("2", "twin@deniz.example");
  ASSERT_TRUE(Consent(ayse, v1::Consent::STATE_GRANTED, 3).ok());
  std::string merge = Merge(ayse, twin)->name();
  EXPECT_EQ(Check(ayse), ConsentReason::kGranted);
  ASSERT_TRUE(Consent(twin, v1::Consent::STATE_WITHDRAWN, 0).ok());
  EXPECT_EQ(Check(ayse), ConsentReason::kWithdrawn);
  // Only a later word of hers lifts it.
  ASSERT_TRUE(Consent(ayse, v1::Consent::STATE_GRANTED, 0).ok());
  EXPECT_EQ(Check(ayse), ConsentReason::kGranted);
  ASSERT_TRUE(Unmerge(merge).ok());
  EXPECT_EQ(Check(twin), ConsentReason::kWithdrawn);
}

TEST_F(MergeServiceTest, WhatWasSaidOfAnAddressBindsWhoUsesIt) {
  const std::string ayse = Create("1", "ayse@deniz.example"), twin = Create("2", "twin@deniz.example");
  v1::AddContactPointRequest add;
  add.set_contact(twin);
  add.mutable_point()->set_kind(v1::ContactPoint::KIND_EMAIL);
  add.mutable_point()->set_value("ayse@deniz.example");
  auto point = Call(&v1::ContactPointService::Stub::AddContactPoint, add);
  ASSERT_TRUE(Consent(ayse, v1::Consent::STATE_GRANTED, 5).ok());
  v1::RecordConsentRequest withdrawn;
  withdrawn.set_contact(twin);
  withdrawn.mutable_consent()->set_purpose("win-back");
  withdrawn.mutable_consent()->set_channel(v1::CHANNEL_EMAIL);
  withdrawn.mutable_consent()->set_state(v1::Consent::STATE_WITHDRAWN);
  withdrawn.mutable_consent()->set_source("a call");
  withdrawn.mutable_consent()->set_point(point->name());
  *withdrawn.mutable_consent()->mutable_occur_time() = rpc::ToProto(clock_.Now() - std::chrono::hours(4));
  ASSERT_TRUE(Call(&Stub::RecordConsent, withdrawn).ok());
  EXPECT_EQ(Check(ayse), ConsentReason::kGranted);
  EXPECT_EQ(Check(twin), ConsentReason::kNeverAsked) << "of an address that is not used";
  auto merge = Merge(ayse, twin);
  ASSERT_TRUE(merge.ok()) << merge.error().message;
  EXPECT_EQ(Check(ayse), ConsentReason::kWithdrawn);
  ASSERT_TRUE(Unmerge(merge->name()).ok());
  EXPECT_EQ(Check(ayse), ConsentReason::kGranted);
}

TEST_F(MergeServiceTest, ALookChangesNothingAndATriedRequestIsAnsweredAgain) {
  std::string ayse = Create("1", ""), twin = Create("2", "twin@deniz.example");
  auto request = Request(ayse, twin);
  request.set_validate_only(true);
  auto look = Ask(&Merges::MergeContacts, request);
  EXPECT_EQ(look->contact().email(), "twin@deniz.example");
  EXPECT_EQ(look->name(), "");
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_merge"), 0);
  request.set_validate_only(false);
  request.set_request_id("01970000-0000-7000-8000-000000000001");
  auto first = Ask(&Merges::MergeContacts, request), second = Ask(&Merges::MergeContacts, request);
  EXPECT_EQ(first->name(), second->name());
  request.add_take("hair");
  request.set_request_id("");
  EXPECT_FALSE(Ask(&Merges::MergeContacts, request).ok());
}

TEST_F(MergeServiceTest, AMergedOnesMergesComeAndGoWithIt) {
  std::string a = Create("1", ""), b = Create("2", ""), c = Create("3", "c@deniz.example", "Can");
  std::string inner = Merge(b, c)->name();
  std::string outer = Merge(a, b)->name();
  EXPECT_EQ(Get(a)->email(), "c@deniz.example");
  // Set free from the middle, it is gone above, too.
  ASSERT_TRUE(Unmerge(inner).ok());
  EXPECT_EQ(Get(b)->email(), "");
  EXPECT_EQ(Get(a)->email(), "");
  ASSERT_TRUE(Unmerge(outer).ok());
  EXPECT_EQ(Get(c)->email(), "c@deniz.example");
}

TEST_F(MergeServiceTest, TwoMergesAtOnceAreOne) {
  std::string a = Create("1", ""), b = Create("2", "");
  std::vector<std::future<bool>> tries;
  for (int i = 0; i < 8; ++i)
    tries.push_back(std::async(std::launch::async, [&, i] { return (i % 2 == 0 ? Merge(a, b) : Merge(b, a)).ok(); }));
  int merged = 0;
  for (auto& each : tries) merged += each.get();
  EXPECT_EQ(merged, 1);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_merge WHERE undo_time IS NULL"), 1);
  EXPECT_EQ(database_.Count("SELECT sum(absorbed) FROM contact"), 1);
}

TEST_F(MergeServiceTest, WhoIsErasedIsErasedWithAllParts) {
  std::string a = Create("1", "a@deniz.example"), b = Create("2", "b@deniz.example"), c = Create("3", "c@deniz.example");
  ASSERT_TRUE(Merge(b, c).ok());
  std::string merge = Merge(a, b)->name();
  auto erased = Erase(a);
  ASSERT_TRUE(erased.ok()) << erased.error().message;
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact WHERE erase_time IS NULL"), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_own"), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_point"), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM pii_key"), 0);
  EXPECT_EQ(Unmerge(merge).error().reason, "CONTACT_ERASED");
}

}  // namespace
}  // namespace vefa::contact
