#include "libs/testing/own_redis.h"
#include "services/contact/contact_fixture.h"
#include "services/contact/unsubscribe_handler.h"
#include "vefa/notification/v1/notification_events.pb.h"

namespace vefa::contact {
namespace {

class ContactCopiesTest : public ContactServiceTest {
 protected:
  ContactCopiesTest() {
    name_ = Call(&Stub::CreateContact, Person("one"))->name();
    id_ = *ParseResourceName("contacts", name_);
    // Read twice: now there is a copy, and it is given.
    EXPECT_TRUE(testing::Eventually([&] { return Get(name_).ok() && Hits() > 0; }));
  }
  int64_t Hits() { return Counted("hit"); }
  int64_t Counted(const std::string& result) {
    std::string text = metrics_.Expose();
    std::string line = "vefa_cache_requests_total{cache=\"contact\",result=\"" + result + "\"} ";
    size_t at = text.find(line);
    return at == std::string::npos ? 0 : std::stoll(text.substr(at + line.size()));
  }
  // What changes a contact past every writer of ours: only a copy can still show what was before.
  void ChangeInSecret() { database_.Run("UPDATE contact SET display_name = 'secret'"); }

  std::string name_;
  Uuid id_;
};

TEST_F(ContactCopiesTest, ACopyIsGivenWithoutTheDatabase) {
  ChangeInSecret();
  auto copy = Get(name_);
  ASSERT_TRUE(copy.ok());
  EXPECT_EQ(copy->display_name(), "Ayşe");
  EXPECT_EQ(copy->email(), "ayse@deniz.example");
  EXPECT_EQ(copy->version(), 1);
  EXPECT_TRUE(copy->has_create_time());
}

TEST_F(ContactCopiesTest, NothingPersonalIsInRedisInClear) {
  auto raw = redis_.Get("c:contact:" + tenant_.ToString() + "/" + id_.ToString());
  ASSERT_TRUE(raw.ok() && raw->has_value());
  for (const char* personal : {"Ayşe", "ayse@deniz.example", "deniz"}) EXPECT_EQ((*raw)->find(personal), std::string::npos);
}

TEST_F(ContactCopiesTest, ABrokenCopyOrThatOfAnotherPersonIsNone) {
  std::string prefix = "c:contact:" + tenant_.ToString() + "/";
  Uuid other = *ParseResourceName("contacts", Call(&Stub::CreateContact, Person("two"))->name());
  auto copy = redis_.Get(prefix + id_.ToString());
  ASSERT_TRUE(copy.ok() && copy->has_value());
  std::string broken = **copy;
  broken.back() ^= 1;
  ASSERT_TRUE(redis_.Set(prefix + id_.ToString(), broken, std::chrono::seconds(60)).ok());
  EXPECT_EQ(Get(name_)->display_name(), "Ayşe") << "from the database";
  ASSERT_TRUE(redis_.Set(prefix + other.ToString(), **copy, std::chrono::seconds(60)).ok());
  EXPECT_EQ(Get("contacts/" + other.ToString())->external_id(), "two") << "not what somebody put there";
}

TEST_F(ContactCopiesTest, WhoeverChangesAContactIsSeenAtOnce) {
  ASSERT_TRUE(Consent(name_, v1::Consent::STATE_GRANTED, 2).ok());
  EXPECT_EQ(Get(name_)->version(), 2) << "a consent";
  v1::CreateContactRequest person = Person("one");
  person.mutable_contact()->set_display_name("İnci");
  ASSERT_TRUE(Import(person).ok());
  EXPECT_EQ(Get(name_)->display_name(), "İnci") << "an import";
  v1::ImportContactsRequest lines;
  auto* line = lines.add_rows()->mutable_consent();
  line->set_contact_external_id("one");
  line->mutable_consent()->set_purpose("win-back");
  line->mutable_consent()->set_channel(v1::CHANNEL_EMAIL);
  line->mutable_consent()->set_state(v1::Consent::STATE_WITHDRAWN);
  line->mutable_consent()->set_source("file");
  *line->mutable_consent()->mutable_occur_time() = rpc::ToProto(clock_.Now());
  ASSERT_EQ(Import(lines)->consents_recorded(), 1);
  EXPECT_EQ(Get(name_)->version(), 4) << "an imported consent";
  ASSERT_TRUE(Erase(name_).ok());
  EXPECT_EQ(Get(name_)->display_name(), "") << "erasure";
  EXPECT_EQ(Get(name_)->version(), 5);
}

TEST_F(ContactCopiesTest, AnUnsubscribedMessageIsSeenOnceItIsApplied) {
  UnsubscribeHandler handler(nullptr, copies_, clock_);
  notification::v1::NotificationEvent proto;
  auto* message = proto.mutable_unsubscribed()->mutable_message();
  message->set_contact(name_);
  message->set_purpose("win-back");
  message->set_channel(v1::CHANNEL_EMAIL);
  events::Event event;
  event.id = NewUuidV7(clock_);
  event.tenant = tenant_;
  event.type = "message.unsubscribed";
  event.occur_time = clock_.Now();
  event.payload = proto.SerializeAsString();
  auto done = postgres::InTransaction(database_.service(), postgres::Scope::Tenant(tenant_), Soon(),
                                      [&](postgres::Transaction& tx) -> Status { return handler.Apply(tx, {&event, 1}); });
  ASSERT_TRUE(done.ok());
  handler.Applied();
  EXPECT_EQ(Get(name_)->version(), 2);
}

TEST_F(ContactCopiesTest, ATenantReadsNoCopyOfAnother) {
  v1::GetContactRequest request;
  request.set_name(name_);
  auto other = rpc::Call(*peer_, *stub_, &Stub::GetContact, request, database_.other_tenant(), {"*"}, Soon());
  EXPECT_EQ(other.error().reason, "CONTACT_NOT_FOUND");
}

// With a Redis of its own, to be harmed.
class HarmedCopiesTest : public ContactCopiesTest {
 protected:
  testing::OwnRedis own_;
  redis::Client client_{own_.address(), {&redis::Cache::script()}};
  redis::Cache own_cache_{client_, "harmed"};
  ContactService fragile_{door_,    database_.service(), keys_,  attributes_, ContactCopies(&own_cache_, std::string(32, 'f')),
                          links_, nullptr,              clock_, key_.secret()};
};

TEST_F(HarmedCopiesTest, WithoutRedisEveryReadAndWriteWorks) {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&fragile_);
  auto server = builder.BuildAndStart();
  rpc::Peer peer("127.0.0.1:" + std::to_string(port), key_, "test");
  auto stub = v1::ContactService::NewStub(peer.channel());
  v1::GetContactRequest get;
  get.set_name(name_);
  auto read = [&] {
    auto contact = rpc::Call(peer, *stub, &Stub::GetContact, get, tenant_, {"*"}, Soon());
    EXPECT_TRUE(contact.ok());
    return contact.ok() ? contact->version() : 0;
  };
  int64_t version = 1;
  EXPECT_EQ(read(), 1);
  for (auto harm : {&testing::OwnRedis::Kill, &testing::OwnRedis::Pause}) {
    if (harm == &testing::OwnRedis::Pause) own_.Start();
    (own_.*harm)();
    for (int i = 0; i < 100; ++i) ASSERT_EQ(read(), version);
    v1::RecordConsentRequest request;
    request.set_contact(name_);
    request.mutable_consent()->set_purpose("win-back");
    request.mutable_consent()->set_channel(v1::CHANNEL_EMAIL);
    request.mutable_consent()->set_state(v1::Consent::STATE_GRANTED);
    request.mutable_consent()->set_source("checkout");
    *request.mutable_consent()->mutable_occur_time() = rpc::ToProto(clock_.Now());
    ASSERT_TRUE(rpc::Call(peer, *stub, &Stub::RecordConsent, request, tenant_, {"*"}, Soon()).ok());
    ++version;
    ASSERT_EQ(read(), version) << "its own writes at least";
  }
  own_.Continue();
  EXPECT_TRUE(testing::Eventually([&] { return client_.Ping().ok(); }, std::chrono::seconds(5)));
  EXPECT_EQ(read(), version);
  server->Shutdown();
}

}  // namespace
}  // namespace vefa::contact
