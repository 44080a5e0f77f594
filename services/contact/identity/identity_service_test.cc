#include "services/contact/identity/identity_service.h"

#include <future>

#include "services/contact/contact_fixture.h"
#include "services/contact/merge/merge_service.h"

namespace vefa::contact {
namespace {

using Outcome = v1::IdentifyContactResponse;

// The service behind a real gRPC server, beside that of contacts.
class IdentityServiceTest : public ContactServiceTest {
 protected:
  using Stubs = v1::IdentityService::Stub;

  IdentityServiceTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&identities_);
    builder.RegisterService(&merges_);
    identity_server_ = builder.BuildAndStart();
    identity_peer_ = std::make_unique<rpc::Peer>("127.0.0.1:" + std::to_string(port), key_, "test");
    identity_stub_ = v1::IdentityService::NewStub(identity_peer_->channel());
    merge_stub_ = v1::MergeService::NewStub(identity_peer_->channel());
  }
  ~IdentityServiceTest() override { identity_server_->Shutdown(); }

  template <typename Request, typename Response>
  Result<Response> Ask(grpc::Status (Stubs::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request) {
    return rpc::Call(*identity_peer_, *identity_stub_, method, request, tenant_, {"*"}, Soon());
  }
  Result<Outcome> Identify(const std::string& value, const std::string& external_id = "", const std::string& language = "") {
    v1::IdentifyContactRequest request;
    request.mutable_identity()->set_source("web");
    request.mutable_identity()->set_value(value);
    request.set_language(language);
    if (!external_id.empty()) {
      *request.mutable_contact() = Person(external_id).contact();
      request.mutable_contact()->clear_language();
    }
    return Ask(&Stubs::IdentifyContact, request);
  }
  v1::IdentityAnswer Find(const std::string& value) {
    v1::FindIdentitiesRequest request;
    request.add_identities()->set_source("web");
    request.mutable_identities(0)->set_value(value);
    auto answer = Ask(&Stubs::FindIdentities, request);
    EXPECT_TRUE(answer.ok());
    return answer.ok() ? answer->answers(0) : v1::IdentityAnswer();
  }
  std::vector<v1::Identity> List(const std::string& contact) {
    v1::ListIdentitiesRequest request;
    request.set_contact(contact);
    auto answer = Ask(&Stubs::ListIdentities, request);
    EXPECT_TRUE(answer.ok());
    return {answer->identities().begin(), answer->identities().end()};
  }
  int64_t Events(const std::string& type) { return database_.Count("SELECT count(*) FROM event_log WHERE event_type = '" + type + "'"); }

  rpc::Door identity_door_{"vefa.contact.v1.IdentityService", pool_, key_, tenants_, metrics_, clock_};
  IdentityService identities_{identity_door_, database_.service(), keys_, attributes_, copies_, nullptr, clock_};
  rpc::Door merge_door_{"vefa.contact.v1.MergeService", pool_, key_, tenants_, metrics_, clock_};
  MergeService merges_{merge_door_, database_.service(), keys_, attributes_, copies_, nullptr, clock_};
  std::unique_ptr<grpc::Server> identity_server_;
  std::unique_ptr<rpc::Peer> identity_peer_;
  std::unique_ptr<Stubs> identity_stub_;
  std::unique_ptr<v1::MergeService::Stub> merge_stub_;
};

TEST_F(IdentityServiceTest, AVisitorComesBackAndIsSomebodyOneDay) {
  auto first = Identify("cookie-1", "", "tr");
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_EQ(first->outcome(), Outcome::OUTCOME_VISITOR_CREATED);
  EXPECT_TRUE(first->anonymous());
  auto visitor = Get(first->contact());
  EXPECT_EQ(visitor->display_name(), "Ziyaretçi");
  ASSERT_EQ(visitor->tags_size(), 1);
  EXPECT_EQ(visitor->tags(0), "visitor");
  auto again = Identify("cookie-1");
  EXPECT_EQ(again->outcome(), Outcome::OUTCOME_KNOWN);
  EXPECT_EQ(again->contact(), first->contact());
  EXPECT_TRUE(Find("cookie-1").anonymous());
  // Nobody has the external id: the record becomes that person's, and keeps its name and history.
  auto known = Identify("cookie-1", "42");
  ASSERT_TRUE(known.ok()) << known.error().message;
  EXPECT_EQ(known->outcome(), Outcome::OUTCOME_COMPLETED);
  EXPECT_EQ(known->contact(), first->contact());
  auto ayse = Get(first->contact());
  EXPECT_EQ(ayse->external_id(), "42");
  EXPECT_EQ(ayse->email(), "ayse@deniz.example");
  EXPECT_EQ(ayse->language(), "tr") << "as the visitor chose";
  EXPECT_EQ(ayse->tags_size(), 0);
  EXPECT_FALSE(Find("cookie-1").anonymous());
  EXPECT_EQ(Identify("cookie-1", "42")->outcome(), Outcome::OUTCOME_KNOWN);
  EXPECT_EQ(Events("identity.linked"), 1);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact"), 1);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE position('cookie-1'::bytea IN payload) > 0"), 0) << "no event says which";
}

TEST_F(IdentityServiceTest, AVisitorWhoIsKnownAlreadyIsMergedAndCanBeSetFree) {
  const std::string ayse = Call(&Stub::CreateContact, Person("42"))->name();
  const std::string visitor = Identify("cookie-2")->contact();
  auto merged = Identify("cookie-2", "42");
  ASSERT_TRUE(merged.ok()) << merged.error().message;
  EXPECT_EQ(merged->outcome(), Outcome::OUTCOME_MERGED);
  EXPECT_EQ(merged->contact(), ayse);
  EXPECT_EQ(Get(ayse)->tags_size(), 0) << "nothing of the visitor's record is the person's";
  EXPECT_EQ(Get(ayse)->display_name(), "Ayşe");
  EXPECT_EQ(Get(visitor)->merged_into(), ayse);
  EXPECT_EQ(Find("cookie-2").contact(), ayse);
  EXPECT_FALSE(Find("cookie-2").anonymous());
  EXPECT_EQ(Identify("cookie-2")->contact(), ayse);
  EXPECT_EQ(Identify("cookie-2", "42")->outcome(), Outcome::OUTCOME_KNOWN);
  ASSERT_EQ(List(ayse).size(), 1u);
  v1::UnmergeContactRequest undo;
  undo.set_name(merged->merge());
  ASSERT_TRUE(rpc::Call(*identity_peer_, *merge_stub_, &v1::MergeService::Stub::UnmergeContact, undo, tenant_, {"*"}, Soon()).ok());
  EXPECT_EQ(Find("cookie-2").contact(), visitor);
  EXPECT_TRUE(Find("cookie-2").anonymous());
}

TEST_F(IdentityServiceTest, TwoWhomOneKnowsAreNeverTakenForOneAnother) {
  EXPECT_EQ(Identify("shared", "1")->outcome(), Outcome::OUTCOME_CONTACT_CREATED);
  EXPECT_EQ(Identify("phone", "1")->outcome(), Outcome::OUTCOME_LINKED);
  ASSERT_TRUE(Call(&Stub::CreateContact, Person("2")).ok());
  EXPECT_EQ(Identify("shared", "2").error().reason, "IDENTITY_OF_ANOTHER");
  EXPECT_EQ(Identify("shared", "3").error().reason, "IDENTITY_OF_ANOTHER");
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact"), 2);
}

TEST_F(IdentityServiceTest, IdentitiesCanBeTakenAwayAndGoWithThePerson) {
  const std::string ayse = Identify("a", "1")->contact();
  ASSERT_TRUE(Identify("b", "1").ok());
  ASSERT_EQ(List(ayse).size(), 2u);
  v1::UnlinkIdentityRequest unlink;
  unlink.set_name(List(ayse)[0].name());
  for (int twice = 0; twice < 2; ++twice) ASSERT_TRUE(Ask(&Stubs::UnlinkIdentity, unlink).ok());
  EXPECT_EQ(Events("identity.unlinked"), 1);
  EXPECT_EQ(Find("a").contact(), "");
  EXPECT_EQ(Find("b").contact(), ayse);
  ASSERT_TRUE(Erase(ayse).ok());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_identity"), 0);
  EXPECT_EQ(Ask(&Stubs::UnlinkIdentity, unlink).error().reason, "CONTACT_ERASED");
  unlink.set_name("contacts/1/identities/2");
  EXPECT_FALSE(Ask(&Stubs::UnlinkIdentity, unlink).ok());
}

TEST_F(IdentityServiceTest, ManyAtOnceMakeOnePerson) {
  std::vector<std::future<std::string>> tries;
  for (int i = 0; i < 8; ++i)
    tries.push_back(std::async(std::launch::async, [&, i] {
      for (;;) {
        auto answer = i % 2 == 0 ? Identify("cookie", "42") : Identify("cookie");
        if (answer.ok()) return answer->contact();
        if (answer.error().code != Code::kAborted) return answer.error().message;
      }
    }));
  std::set<std::string> contacts;
  for (auto& one : tries) contacts.insert(one.get());
  EXPECT_EQ(contacts.size(), 1u);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact"), 1);
  EXPECT_EQ(Identify("cookie", "42")->outcome(), Outcome::OUTCOME_KNOWN);
}

TEST_F(IdentityServiceTest, WhatIsWrongIsSaidAllAtOnce) {
  v1::IdentifyContactRequest request;
  request.mutable_contact()->set_country("XX");
  request.set_language("de");
  auto refused = Ask(&Stubs::IdentifyContact, request);
  ASSERT_FALSE(refused.ok());
  std::set<std::string> fields;
  for (const Violation& violation : refused.error().violations) fields.insert(violation.field);
  EXPECT_EQ(fields, (std::set<std::string>{"identity.source", "identity.value", "language", "contact.external_id", "contact.display_name",
                                           "contact.country"}));
}

}  // namespace
}  // namespace vefa::contact
