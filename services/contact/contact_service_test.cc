#include <thread>

#include "services/contact/contact_fixture.h"
#include "services/contact/unsubscribe_handler.h"
#include "vefa/notification/v1/notification_events.pb.h"

namespace vefa::contact {
namespace {

TEST_F(ContactServiceTest, CreatesOnceAndRepeatsTheAnswer) {
  v1::CreateContactRequest request = Person("42");
  request.set_request_id("0191e5f0-0000-7000-8000-0123456789ab");
  auto first = Call(&v1::ContactService::Stub::CreateContact, request);
  ASSERT_TRUE(first.ok()) << first.error().message;
  auto again = Call(&v1::ContactService::Stub::CreateContact, request);
  EXPECT_EQ(again->name(), first->name());
  v1::GetContactRequest get;
  get.set_name(first->name());
  EXPECT_EQ(Call(&v1::ContactService::Stub::GetContact, get)->SerializeAsString(), first->SerializeAsString());
  request.mutable_contact()->set_display_name("Another");
  EXPECT_EQ(Call(&v1::ContactService::Stub::CreateContact, request).error().reason, "REQUEST_ID_REUSED");
  request.clear_request_id();
  EXPECT_EQ(Call(&v1::ContactService::Stub::CreateContact, request).error().reason, "EXTERNAL_ID_TAKEN");
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log"), 1);
}

// A caller who is not answered in time asks again while the first try is still under way.
TEST_F(ContactServiceTest, TwinsOfOneRequestGetOneAnswer) {
  constexpr int kTwins = 8;
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    v1::CreateContactRequest request = Person("twin-" + std::to_string(round));
    request.set_request_id(NewUuidV7(clock_).ToString());
    std::vector<std::string> answers(kTwins);
    std::vector<std::thread> callers;
    for (std::string& answer : answers)
      callers.emplace_back([&] {
        auto created = Call(&v1::ContactService::Stub::CreateContact, request);
        answer = created.ok() ? created->name() : created.error().reason;
      });
    for (std::thread& caller : callers) caller.join();
    EXPECT_TRUE(answers[0].starts_with("contacts/")) << answers[0];
    for (const std::string& answer : answers) EXPECT_EQ(answer, answers[0]);
  }
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log"), kRounds);
}

TEST_F(ContactServiceTest, RefusesWithTheRightCodeAndReason) {
  v1::GetContactRequest get;
  get.set_name("contacts/0191e5f0-0000-7000-8000-0123456789ab");
  EXPECT_EQ(Call(&v1::ContactService::Stub::GetContact, get).error().reason, "CONTACT_NOT_FOUND");
  auto denied = Call(&v1::ContactService::Stub::GetContact, get, {"contacts.write"});
  EXPECT_EQ(denied.error().code, Code::kPermissionDenied);
  EXPECT_EQ(denied.error().reason, "PERMISSION_MISSING");
  get.set_name("contacts/nonsense");
  EXPECT_EQ(Call(&v1::ContactService::Stub::GetContact, get).error().reason, "NAME_SYNTAX");
  tenant_ = NewUuidV7(clock_);
  EXPECT_EQ(Call(&v1::ContactService::Stub::GetContact, get).error().reason, "TENANT_UNKNOWN");
  grpc::ClientContext bare;
  v1::Contact contact;
  EXPECT_EQ(stub_->GetContact(&bare, get, &contact).error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(ContactServiceTest, ImportRejectsRowByRowAndRepeatsChangeNothing) {
  v1::ImportContactsRequest request;
  for (int n = 1; n <= 3; ++n) {
    auto* row = request.add_rows();
    row->set_line(n);
    *row->mutable_contact() = Person(std::to_string(n)).contact();
  }
  request.mutable_rows(1)->mutable_contact()->set_email("nowhere");
  auto* repeated = request.add_rows();
  repeated->set_line(4);
  *repeated->mutable_contact() = Person("1").contact();
  for (auto state : {v1::Consent::STATE_GRANTED, v1::Consent::STATE_WITHDRAWN}) {
    auto* row = request.add_rows();
    row->set_line(5);
    row->mutable_consent()->set_contact_external_id("3");
    auto* consent = row->mutable_consent()->mutable_consent();
    consent->set_purpose("win-back");
    consent->set_channel(v1::CHANNEL_EMAIL);
    consent->set_state(state);
    consent->set_source("checkout");
    *consent->mutable_occur_time() = rpc::ToProto(clock_.Now() - std::chrono::hours(state == v1::Consent::STATE_GRANTED ? 2 : 1));
  }
  for (bool first : {true, false}) {
    grpc::ClientContext context;
    peer_->Prepare(context, tenant_, {"contacts.write"}, Soon());
    auto stream = stub_->ImportContacts(&context);
    v1::ImportContactsResponse response;
    ASSERT_TRUE(stream->Write(request));
    ASSERT_TRUE(stream->Read(&response));
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
    EXPECT_EQ(response.contacts_created(), first ? 2 : 0);
    EXPECT_EQ(response.consents_recorded(), first ? 2 : 0);
    ASSERT_EQ(response.rejects_size(), 2);
    EXPECT_EQ(response.rejects(0).line(), 2);
    EXPECT_EQ(response.rejects(0).field(), "contact.email");
    EXPECT_EQ(response.rejects(1).reason(), "EXTERNAL_ID_REPEATED");
  }
  EXPECT_EQ(database_.Count("SELECT max(aggregate_version) FROM event_log"), 3);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log"), 4);
}

TEST_F(ContactServiceTest, AnUnsubscribedMessageWithdrawsTheConsent) {
  auto person = Call(&v1::ContactService::Stub::CreateContact, Person("7"));
  notification::v1::NotificationEvent proto;
  auto* message = proto.mutable_unsubscribed()->mutable_message();
  message->set_message("messages/0191e5f0-0000-7000-8000-0123456789ab");
  message->set_contact(person->name());
  message->set_purpose("win-back");
  message->set_channel(v1::CHANNEL_EMAIL);
  events::Event event;
  event.type = "message.unsubscribed";
  event.id = NewUuidV7(clock_);
  event.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  event.tenant = tenant_;
  event.occur_time = clock_.Now();
  event.payload = proto.SerializeAsString();
  UnsubscribeHandler handler(nullptr, copies_, clock_);
  for (int i = 0; i < 2; ++i) {
    auto done = postgres::InTransaction(database_.pump(), postgres::Scope::Tenants({tenant_}), Soon(),
                                        [&](postgres::Transaction& tx) { return handler.Apply(tx, {&event, 1}); });
    ASSERT_TRUE(done.ok());
  }
  v1::ListConsentsRequest list;
  list.set_contact(person->name());
  auto consents = Call(&v1::ContactService::Stub::ListConsents, list);
  ASSERT_EQ(consents->states_size(), 1);
  EXPECT_EQ(consents->states(0).state(), v1::Consent::STATE_WITHDRAWN);
  EXPECT_EQ(consents->log_size(), 1);
  // The event says which event it follows from, in whose trace.
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'consent.withdrawn' AND causation_id = '" +
                            event.id.ToString() + "' AND traceparent = '" + event.traceparent + "'"),
            1);
  v1::BatchGetRecipientsRequest batch;
  batch.add_contacts(person->name());
  batch.set_purpose("win-back");
  batch.set_channel(v1::CHANNEL_EMAIL);
  auto recipients = Call(&v1::ContactService::Stub::BatchGetRecipients, batch);
  EXPECT_EQ(recipients->recipients(0).consent(), v1::Consent::STATE_WITHDRAWN);
  EXPECT_EQ(recipients->recipients(0).address(), "ayse@deniz.example");
}

TEST_F(ContactServiceTest, PageTokensHoldForTheirListOnly) {
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(Call(&v1::ContactService::Stub::CreateContact, Person(id)).ok());
  v1::ListContactsRequest request;
  request.set_page_size(2);
  auto first = Call(&v1::ContactService::Stub::ListContacts, request);
  EXPECT_EQ(first->total_size(), 3);
  request.set_page_token(first->next_page_token());
  auto second = Call(&v1::ContactService::Stub::ListContacts, request);
  EXPECT_EQ(second->contacts_size(), 1);
  EXPECT_TRUE(second->next_page_token().empty());
  request.set_order_by("display_name");
  EXPECT_EQ(Call(&v1::ContactService::Stub::ListContacts, request).error().reason, "PAGE_TOKEN_INVALID");
  request.set_order_by("shoe_size");
  EXPECT_EQ(Call(&v1::ContactService::Stub::ListContacts, request).error().reason, "ORDER_BY_UNKNOWN");
}

TEST_F(ContactServiceTest, ListsThoseForWhomAFilterHolds) {
  for (int n = 0; n < 12; ++n) {
    v1::CreateContactRequest person = Person("f" + std::to_string(n));
    person.mutable_contact()->set_language(n % 2 == 0 ? "tr" : "en");
    person.mutable_contact()->set_source(n % 3 == 0 ? "shop" : "");
    if (n % 4 == 0) person.mutable_contact()->clear_email();
    person.mutable_contact()->set_display_name(n < 6 ? "Ayşe Kaya" : "Ali Kaya");
    ASSERT_TRUE(Call(&Stub::CreateContact, person).ok());
  }
  v1::ListContactsRequest request;
  auto found = [&](const std::string& filter, const std::string& query = "") {
    request.set_filter(filter);
    request.set_query(query);
    request.clear_page_token();
    std::string ids;
    for (;;) {
      auto list = Call(&Stub::ListContacts, request);
      if (!list.ok()) return list.error().reason;
      if (ids.empty()) ids = std::to_string(list->total_size()) + ":";
      for (const v1::Contact& contact : list->contacts()) ids += " " + contact.external_id();
      if (list->next_page_token().empty()) return ids;
      request.set_page_token(list->next_page_token());
    }
  };
  for (int size : {1, 2, 50}) {
    request.set_page_size(size);
    request.set_order_by("external_id");
    EXPECT_EQ(found("language = tr AND source = shop"), "2: f0 f6");
    EXPECT_EQ(found("NOT email:* OR external_id = \"f1\""), "4: f0 f1 f4 f8");
    EXPECT_EQ(found("source:* email:ayse@"), "3: f3 f6 f9");
    EXPECT_EQ(found("create_time > 2999-01-01"), "0:");
    EXPECT_EQ(found("language = tr", "ali"), "3: f10 f6 f8");
    EXPECT_EQ(found("language = tr ali kaya"), "3: f10 f6 f8");
    EXPECT_EQ(found("external_id > f2 AND external_id <= f4"), "2: f3 f4");
    request.set_order_by("display_name desc");
    EXPECT_EQ(found("external_id = f1 OR external_id = f7"), "2: f1 f7");
    request.set_order_by("");
    EXPECT_EQ(found("source = shop", "kaya"), "4: f6 f9 f0 f3");
  }
  request.set_filter("shoe = 1 AND version = x");
  request.set_order_by("size");
  auto refused = Call(&Stub::ListContacts, request);
  std::string reasons;
  for (const Violation& violation : refused.error().violations) reasons += violation.field + " " + violation.reason + " ";
  EXPECT_EQ(reasons, "order_by ORDER_BY_UNKNOWN filter FILTER_FIELD_UNKNOWN filter FILTER_VALUE ");
}

TEST_F(ContactServiceTest, TheErasedAreListedWhereAFilterAsksForThem) {
  auto erased = Call(&Stub::CreateContact, Person("erased"));
  ASSERT_TRUE(Call(&Stub::CreateContact, Person("stays")).ok());
  ASSERT_TRUE(Erase(erased->name()).ok());
  v1::ListContactsRequest request;
  request.set_filter("language = tr");
  EXPECT_EQ(Call(&Stub::ListContacts, request)->total_size(), 1);
  request.set_filter("state = ERASED");
  auto list = Call(&Stub::ListContacts, request);
  ASSERT_EQ(list->contacts_size(), 1);
  EXPECT_EQ(list->contacts(0).name(), erased->name());
  EXPECT_TRUE(list->contacts(0).display_name().empty());
  request.set_filter("language = tr AND (state = ACTIVE OR state = ERASED)");
  EXPECT_EQ(Call(&Stub::ListContacts, request)->total_size(), 2);
}

}  // namespace
}  // namespace vefa::contact
