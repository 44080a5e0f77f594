#include "services/contact/sight/contact_sight.h"

#include "services/contact/contact_fixture.h"
#include "vefa/contact/v1/boundary_service.pb.h"
#include "vefa/contact/v1/note_service.pb.h"
#include "vefa/contact/v1/relationship_service.pb.h"

namespace vefa::contact {
namespace {

// Three contacts: one of each of two users, and one that nobody answers for.
class ContactSightTest : public ContactServiceTest {
 protected:
  void SetUp() override {
    mine_ = Make("mine", me_);
    theirs_ = Make("theirs", colleague_);
    nobodys_ = Make("nobodys", Uuid());
  }
  std::string Make(const std::string& external_id, const Uuid& owner) {
    v1::CreateContactRequest request = Person(external_id);
    if (!owner.is_nil()) request.mutable_contact()->set_owner(ResourceName("users", owner));
    auto made = Call(&Stub::CreateContact, request);
    EXPECT_TRUE(made.ok()) << made.error().message;
    return made.ok() ? made->name() : "";
  }
  rpc::Principal Seeing(std::vector<Uuid> owners) {
    return {tenant_, ResourceName("users", me_), {"*"}, clock_.Now() + std::chrono::seconds(60), std::move(owners)};
  }
  // A call of somebody who sees the contacts of these users.
  template <typename Service, typename Request, typename Response>
  Result<Response> As(std::vector<Uuid> owners, Service& stub,
                      grpc::Status (Service::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request) {
    grpc::ClientContext context;
    context.AddMetadata(rpc::kPrincipalMetadata, key_.Sign(Seeing(std::move(owners))));
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    Response response;
    grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }
  std::string ReasonOfGet(std::vector<Uuid> owners, const std::string& name) {
    v1::GetContactRequest request;
    request.set_name(name);
    auto got = As(std::move(owners), *stub_, &Stub::GetContact, request);
    return got.ok() ? "" : got.error().reason;
  }
  std::vector<std::string> Listed(std::vector<Uuid> owners, const std::string& query = "", const std::string& filter = "") {
    v1::ListContactsRequest request;
    request.set_query(query);
    request.set_filter(filter);
    auto listed = As(std::move(owners), *stub_, &Stub::ListContacts, request);
    EXPECT_TRUE(listed.ok()) << listed.error().message;
    std::vector<std::string> names;
    for (const v1::Contact& contact : listed->contacts()) names.push_back(contact.name());
    EXPECT_EQ(static_cast<size_t>(listed->total_size()), names.size()) << "what is counted is what is seen";
    return names;
  }
  std::string ReasonOfCheck(std::vector<Uuid> owners, const google::protobuf::Message& request) {
    Status seen = sight_.Check(Seeing(std::move(owners)), request, Soon());
    return seen.ok() ? "" : seen.error().reason;
  }

  const Uuid me_ = NewUuidV7(clock_), colleague_ = NewUuidV7(clock_);
  std::string mine_, theirs_, nobodys_;
};

TEST_F(ContactSightTest, OneSeesWhatOneAnswersFor) {
  EXPECT_EQ(ReasonOfGet({me_}, mine_), "");
  EXPECT_EQ(ReasonOfGet({me_}, theirs_), "CONTACT_NOT_FOUND");
  EXPECT_EQ(ReasonOfGet({me_}, nobodys_), "CONTACT_NOT_FOUND");
  EXPECT_EQ(ReasonOfGet({me_}, ResourceName("contacts", NewUuidV7(clock_))), "CONTACT_NOT_FOUND");
  EXPECT_EQ(ReasonOfGet({me_, colleague_}, theirs_), "");
  EXPECT_EQ(ReasonOfGet({}, mine_), "CONTACT_NOT_FOUND");
  // A copy in Redis is no way round, whoever had it made.
  EXPECT_TRUE(Get(theirs_).ok());
  EXPECT_EQ(ReasonOfGet({me_}, theirs_), "CONTACT_NOT_FOUND");
}

TEST_F(ContactSightTest, ListsCountsAndSearchesAreNarrowed) {
  using Listing = std::vector<std::string>;
  EXPECT_EQ(Listed({me_}), Listing{mine_});
  EXPECT_EQ(Listed({me_, colleague_}), (Listing{mine_, theirs_}));
  EXPECT_EQ(Listed({}), Listing{});
  EXPECT_EQ(Listed({me_}, "", "language = tr"), Listing{mine_});
  EXPECT_EQ(Listed({me_}, "theirs"), Listing{});
  EXPECT_EQ(Listed({colleague_}, "theirs"), Listing{theirs_});
  v1::FindContactPointsRequest find;
  find.set_kind(v1::ContactPoint::KIND_EMAIL);
  find.set_value("ayse@deniz.example");
  auto found = As({me_}, *point_stub_, &v1::ContactPointService::Stub::FindContactPoints, find);
  ASSERT_TRUE(found.ok()) << found.error().message;
  ASSERT_EQ(found->points_size(), 1);
  EXPECT_TRUE(found->points(0).name().starts_with(mine_));
  v1::BatchGetContactsRequest batch;
  for (const std::string& name : {mine_, theirs_}) batch.add_names(name);
  batch.add_external_ids("nobodys");
  auto got = As({me_}, *stub_, &Stub::BatchGetContacts, batch);
  ASSERT_TRUE(got.ok());
  ASSERT_EQ(got->contacts_size(), 1);
  EXPECT_EQ(got->contacts(0).name(), mine_);
}

TEST_F(ContactSightTest, WhatHangsFromAContactIsSeenWithIt) {
  v1::ListContactPointsRequest points;
  points.set_contact(theirs_);
  EXPECT_EQ(As({me_}, *point_stub_, &v1::ContactPointService::Stub::ListContactPoints, points).error().reason, "CONTACT_NOT_FOUND");
  EXPECT_TRUE(As({colleague_}, *point_stub_, &v1::ContactPointService::Stub::ListContactPoints, points).ok());
  v1::SetLifecycleStageRequest stage;
  stage.set_contact(theirs_);
  stage.set_stage(v1::LIFECYCLE_STAGE_LEAD);
  EXPECT_EQ(As({me_}, *lifecycle_stub_, &v1::LifecycleService::Stub::SetLifecycleStage, stage).error().reason, "CONTACT_NOT_FOUND");
  v1::ListConsentsRequest consents;
  consents.set_contact(theirs_);
  EXPECT_EQ(As({me_}, *stub_, &Stub::ListConsents, consents).error().reason, "CONTACT_NOT_FOUND");
  v1::EraseContactRequest erase;
  erase.set_name(theirs_);
  erase.set_reason("DATA_SUBJECT_REQUEST");
  EXPECT_EQ(As({me_}, *stub_, &Stub::EraseContact, erase).error().reason, "CONTACT_NOT_FOUND");
  // What concerns everybody is for who sees everybody.
  EXPECT_EQ(As({me_}, *stub_, &Stub::BatchGetRecipients, v1::BatchGetRecipientsRequest()).error().reason, "VISIBILITY_TOO_NARROW");
}

TEST_F(ContactSightTest, WhoSeesHisOwnGivesNobodyElseAContact) {
  auto made = As({me_}, *stub_, &Stub::CreateContact, Person("new"));
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_EQ(made->owner(), ResourceName("users", me_));
  v1::CreateContactRequest given = Person("given");
  given.mutable_contact()->set_owner(ResourceName("users", colleague_));
  auto refused = As({me_}, *stub_, &Stub::CreateContact, given);
  ASSERT_FALSE(refused.ok());
  ASSERT_EQ(refused.error().violations.size(), 1u);
  EXPECT_EQ(refused.error().violations[0].reason, "OWNER_NOT_SEEN");
  v1::UpdateContactRequest update;
  update.mutable_contact()->set_name(mine_);
  update.mutable_contact()->set_owner(ResourceName("users", colleague_));
  EXPECT_EQ(As({me_}, *stub_, &Stub::UpdateContact, update).error().violations[0].reason, "OWNER_NOT_SEEN");
  EXPECT_TRUE(As({me_, colleague_}, *stub_, &Stub::UpdateContact, update).ok());
  EXPECT_EQ(ReasonOfGet({me_}, mine_), "CONTACT_NOT_FOUND");
  update.mutable_contact()->set_name(theirs_);
  update.mutable_contact()->set_owner(ResourceName("users", me_));
  EXPECT_EQ(As({me_}, *stub_, &Stub::UpdateContact, update).error().reason, "CONTACT_NOT_FOUND") << "nobody takes what he does not see";
}

TEST_F(ContactSightTest, NotesBoundariesAndRelationshipsAreThoseOfTheirContacts) {
  static const postgres::Statement kNote{"test_note",
                                         "INSERT INTO note (tenant_id, id, about, text, pinned, author, editor, version, create_time, update_time)"
                                         " VALUES ($1, $2, $3, 'x', false, '', '', 1, now(), now())"};
  static const postgres::Statement kBond{
      "test_relationship",
      "INSERT INTO relationship (tenant_id, id, from_party, to_party, type, status, tier, close_reason, unaccountable, version, create_time,"
      " update_time) VALUES ($1, $2, $3, $4, 1, 2, '', '', false, 1, now(), now())"};
  auto run = [&](const postgres::Statement& statement, postgres::Params params) {
    auto done = database_.service().Run(postgres::Scope::Tenant(tenant_), statement, std::move(params), Soon());
    ASSERT_TRUE(done.ok()) << done.error().message;
  };
  const Uuid note = NewUuidV7(clock_), bond = NewUuidV7(clock_), company = NewUuidV7(clock_), about_bond = NewUuidV7(clock_);
  run(kNote, postgres::Bound(tenant_, note, theirs_));
  run(kBond, postgres::Bound(tenant_, bond, mine_, theirs_));
  run(kNote, postgres::Bound(tenant_, about_bond, ResourceName("relationships", bond)));
  v1::RemoveNoteRequest remove;
  remove.set_name(ResourceName("notes", note));
  EXPECT_EQ(ReasonOfCheck({me_}, remove), "CONTACT_NOT_FOUND");
  EXPECT_EQ(ReasonOfCheck({colleague_}, remove), "");
  remove.set_name(ResourceName("notes", about_bond));
  EXPECT_EQ(ReasonOfCheck({colleague_}, remove), "CONTACT_NOT_FOUND");
  EXPECT_EQ(ReasonOfCheck({me_, colleague_}, remove), "");
  remove.set_name(ResourceName("notes", NewUuidV7(clock_)));
  EXPECT_EQ(ReasonOfCheck({me_}, remove), "CONTACT_NOT_FOUND");
  // Of a relationship both are seen, or neither.
  v1::GetRelationshipRequest get;
  get.set_name(ResourceName("relationships", bond));
  EXPECT_EQ(ReasonOfCheck({me_}, get), "CONTACT_NOT_FOUND");
  EXPECT_EQ(ReasonOfCheck({me_, colleague_}, get), "");
  // What is not mine is not let in by what is.
  v1::EvaluateBoundariesRequest questions;
  questions.add_questions()->set_party(mine_);
  EXPECT_EQ(ReasonOfCheck({me_}, questions), "");
  questions.add_questions()->set_party(ResourceName("relationships", bond));
  EXPECT_EQ(ReasonOfCheck({me_}, questions), "CONTACT_NOT_FOUND");
  // An organisation is everybody's, and says nothing of whom one may see.
  v1::ListNotesRequest list;
  list.set_about(ResourceName("organizations", company));
  EXPECT_EQ(ReasonOfCheck({me_}, list), "VISIBILITY_TOO_NARROW");
  list.set_about("contacts/nonsense");
  EXPECT_EQ(ReasonOfCheck({me_}, list), "VISIBILITY_TOO_NARROW");
  list.set_about(ResourceName("merges", company));
  EXPECT_EQ(ReasonOfCheck({me_}, list), "VISIBILITY_TOO_NARROW");
}

}  // namespace
}  // namespace vefa::contact
