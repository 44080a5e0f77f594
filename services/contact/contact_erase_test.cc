// A person is erased: what is left, what is refused, and who came in between.
#include <thread>

#include "libs/pii/pii.h"
#include "services/contact/contact_fixture.h"
#include "services/contact/contact_store.h"
#include "services/contact/unsubscribe_handler.h"
#include "vefa/notification/v1/notification_events.pb.h"

namespace vefa::contact {
namespace {

class EraseTest : public ContactServiceTest {
 protected:
  // A person with two boxes, a consent, and a stored answer.
  v1::Contact Known() {
    v1::CreateContactRequest request = Person("kanarya-42");
    request.set_request_id(kRequest);
    auto created = Call(&Stub::CreateContact, request);
    EXPECT_TRUE(created.ok());
    request.mutable_contact()->set_display_name("Ayşe Işık");
    EXPECT_EQ(Import(request)->contacts_updated(), 1);
    EXPECT_TRUE(Consent(created->name(), v1::Consent::STATE_GRANTED, 2).ok());
    return *created;
  }
  // Whether a word stands anywhere in a table, in any column, as text or as bytes.
  bool Holds(const std::string& table, const std::string& word) {
    return database_.Count("SELECT count(*) FROM " + table + " t WHERE t::text ILIKE '%" + word + "%' OR t::text ILIKE '%'"
                           " || encode(convert_to('" + word + "', 'UTF8'), 'hex') || '%'") > 0;
  }

  static constexpr char kRequest[] = "0191e5f0-0000-7000-8000-0123456789ab";
};

TEST_F(EraseTest, LeavesNothingThatNamesAnybody) {
  v1::Contact known = Known();
  ASSERT_TRUE(Holds("contact", "kanarya")) << "the search finds what is there";
  ASSERT_TRUE(Holds("idempotency", "kanarya"));
  ASSERT_EQ(Keys(Boxes())->keys_size(), 2);

  auto erased = Erase(known.name());
  ASSERT_TRUE(erased.ok()) << erased.error().message;
  EXPECT_EQ(erased->version(), 4);
  EXPECT_EQ(erased->keys_destroyed(), 2);
  for (const char* table : {"contact", "idempotency", "event_log", "consent_log", "consent_state", "pii_key"})
    for (const char* word : {"kanarya", "Ayşe", "deniz.example"}) EXPECT_FALSE(Holds(table, word)) << table << " " << word;
  EXPECT_EQ(database_.Count("SELECT count(*) FROM pii_key"), 0);

  auto contact = Get(known.name());
  ASSERT_TRUE(contact.ok());
  EXPECT_EQ(contact->external_id(), "erased-" + known.name().substr(9));
  EXPECT_EQ(contact->display_name() + contact->email(), "");
  EXPECT_TRUE(contact->has_erase_time());
  EXPECT_EQ(contact->version(), 4);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log"), 4);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'contact.erased' AND aggregate_version = 4"), 1);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM outbox_pending"), 4);
}

TEST_F(EraseTest, TheHistoryOfConsentsStays) {
  v1::Contact known = Known();
  ASSERT_TRUE(Erase(known.name()).ok());
  v1::ListConsentsRequest list;
  list.set_contact(known.name());
  EXPECT_EQ(Call(&Stub::ListConsents, list)->log_size(), 1);
}

TEST_F(EraseTest, IsRepeatable) {
  v1::Contact known = Known();
  auto first = Erase(known.name());
  auto again = Erase(known.name());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log"), 4);
}

TEST_F(EraseTest, RefusesWhatIsSaidOfThePersonLater) {
  v1::Contact known = Known();
  ASSERT_TRUE(Erase(known.name()).ok());
  auto consent = Consent(known.name(), v1::Consent::STATE_WITHDRAWN, 1);
  EXPECT_EQ(consent.error().code, Code::kFailedPrecondition);
  EXPECT_EQ(consent.error().reason, "CONTACT_ERASED");
  // The very request that made the contact would otherwise bring it back.
  v1::CreateContactRequest late = Person("kanarya-42");
  late.set_request_id(kRequest);
  auto answer = Call(&Stub::CreateContact, late);
  EXPECT_EQ(answer.error().code, Code::kFailedPrecondition);
  EXPECT_EQ(answer.error().reason, "ANSWER_ERASED");
  // Nobody may take the place of an erased person.
  auto impostor = Import(Person("erased-" + known.name().substr(9)));
  ASSERT_EQ(impostor->rejects_size(), 1);
  EXPECT_EQ(impostor->rejects(0).reason(), "EXTERNAL_ID_RESERVED");
  v1::ImportContactsRequest import;
  auto* row = import.add_rows()->mutable_consent();
  row->set_contact_external_id("erased-" + known.name().substr(9));
  row->mutable_consent()->set_purpose("win-back");
  row->mutable_consent()->set_channel(v1::CHANNEL_EMAIL);
  row->mutable_consent()->set_state(v1::Consent::STATE_GRANTED);
  row->mutable_consent()->set_source("checkout");
  *row->mutable_consent()->mutable_occur_time() = rpc::ToProto(clock_.Now());
  auto imported = Import(import);
  ASSERT_EQ(imported->rejects_size(), 1);
  EXPECT_EQ(imported->rejects(0).reason(), "CONTACT_ERASED");
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log"), 4);
}

TEST_F(EraseTest, TheSameExternalIdBecomesANewContact) {
  v1::Contact known = Known();
  ASSERT_TRUE(Erase(known.name()).ok());
  EXPECT_EQ(Import(Person("kanarya-42"))->contacts_created(), 1);
  v1::BatchGetContactsRequest batch;
  batch.add_external_ids("kanarya-42");
  auto found = Call(&Stub::BatchGetContacts, batch);
  ASSERT_EQ(found->contacts_size(), 1);
  EXPECT_NE(found->contacts(0).name(), known.name());
  EXPECT_EQ(found->contacts(0).version(), 1);
}

TEST_F(EraseTest, NobodyListsFindsOrWritesToTheErased) {
  v1::Contact known = Known();
  ASSERT_TRUE(Call(&Stub::CreateContact, Person("stays")).ok());
  ASSERT_TRUE(Erase(known.name()).ok());
  auto list = Call(&Stub::ListContacts, v1::ListContactsRequest());
  ASSERT_EQ(list->contacts_size(), 1);
  EXPECT_EQ(list->total_size(), 1);
  EXPECT_EQ(list->contacts(0).external_id(), "stays");
  v1::ListContactsRequest search;
  search.set_query("kanarya");
  EXPECT_EQ(Call(&Stub::ListContacts, search)->contacts_size(), 0);
  v1::BatchGetRecipientsRequest recipients;
  recipients.add_contacts(known.name());
  recipients.set_purpose("win-back");
  recipients.set_channel(v1::CHANNEL_EMAIL);
  EXPECT_EQ(Call(&Stub::BatchGetRecipients, recipients)->recipients_size(), 0);
}

TEST_F(EraseTest, ALateUnsubscribeOfTheErasedIsNoPoison) {
  v1::Contact known = Known();
  ASSERT_TRUE(Erase(known.name()).ok());
  notification::v1::NotificationEvent proto;
  auto* message = proto.mutable_unsubscribed()->mutable_message();
  message->set_contact(known.name());
  message->set_purpose("win-back");
  message->set_channel(v1::CHANNEL_EMAIL);
  events::Event event;
  event.id = NewUuidV7(clock_);
  event.type = "message.unsubscribed";
  event.tenant = tenant_;
  event.occur_time = clock_.Now();
  event.payload = proto.SerializeAsString();
  UnsubscribeHandler handler(nullptr, copies_, clock_);
  auto done = postgres::InTransaction(database_.pump(), postgres::Scope::Tenants({tenant_}), Soon(),
                                      [&](postgres::Transaction& tx) { return handler.Apply(tx, {&event, 1}); });
  EXPECT_TRUE(done.ok());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log"), 4);
}

TEST_F(EraseTest, OfNobodyAndWithoutAReasonIsRefused) {
  auto nobody = Erase("contacts/0191e5f0-0000-7000-8000-0123456789ab");
  EXPECT_EQ(nobody.error().code, Code::kNotFound);
  EXPECT_EQ(nobody.error().reason, "CONTACT_NOT_FOUND");
  v1::Contact known = Known();
  v1::EraseContactRequest request;
  request.set_name(known.name());
  for (const char* reason : {"", "she asked", "lower", "_A", "9A"}) {
    request.set_reason(reason);
    auto refused = Call(&Stub::EraseContact, request);
    ASSERT_EQ(refused.error().violations.size(), 1u) << reason;
    EXPECT_EQ(refused.error().violations[0].reason, "REASON_SYNTAX");
  }
  request.set_reason("TEST");
  EXPECT_EQ(Call(&Stub::EraseContact, request, {"contacts.write", "*.read"}).error().code, Code::kPermissionDenied);
  tenant_ = database_.other_tenant();
  EXPECT_EQ(Call(&Stub::EraseContact, request).error().reason, "CONTACT_NOT_FOUND");
  EXPECT_EQ(database_.Count("SELECT count(*) FROM pii_key"), 2);
}

// A writer that is not done when the erasure begins: its key is destroyed with the others.
TEST_F(EraseTest, WaitsForAWriterAndDestroysItsKeyToo) {
  v1::Contact known = Known();
  auto sealer = *keys_.ForTenant(tenant_, Soon());
  Contact changed;
  changed.external_id = "kanarya-42";
  changed.display_name = "In Between";
  changed.language = "tr";
  auto writer = *database_.service().Begin(postgres::Scope::Tenant(tenant_), Soon());
  ASSERT_EQ(UpsertContacts(writer, *sealer, {}, {changed}, clock_)->size(), 1u);
  Result<v1::EraseContactResponse> erased = Internal("NOT_ASKED", "");
  std::jthread eraser([&] { erased = Erase(known.name()); });
  ASSERT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0; }));
  ASSERT_TRUE(writer.Commit().ok());
  eraser.join();
  ASSERT_TRUE(erased.ok());
  EXPECT_EQ(erased->keys_destroyed(), 3);
  EXPECT_EQ(erased->version(), 5);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM pii_key"), 0);
  EXPECT_EQ(Get(known.name())->display_name(), "");
}

// The other way about: who waits for the erasure finds nobody, or somebody new.
TEST_F(EraseTest, AWriterThatWaitsForItFindsTheErased) {
  v1::Contact known = Known();
  auto holder = *database_.service().Begin(postgres::Scope::Tenant(tenant_), Soon());
  static const postgres::Statement kErase{
      "test_erase", "UPDATE contact SET erase_time = now(), display_name = '', email = '', search_text = '',"
                    " external_id = 'erased-' || id, version = version + 1 WHERE erase_time IS NULL"};
  ASSERT_TRUE(holder.Execute(kErase).ok());
  Result<v1::Consent> consent = Internal("NOT_ASKED", "");
  Result<v1::ImportContactsResponse> import = Internal("NOT_ASKED", "");
  std::jthread consenting([&] { consent = Consent(known.name(), v1::Consent::STATE_WITHDRAWN, 1); });
  std::jthread importing([&] { import = Import(Person("kanarya-42")); });
  ASSERT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM pg_locks WHERE NOT granted") > 1; }));
  ASSERT_TRUE(holder.Commit().ok());
  consenting.join();
  importing.join();
  EXPECT_EQ(consent.error().reason, "CONTACT_ERASED");
  EXPECT_EQ(import->contacts_created(), 1);
  EXPECT_EQ(Get(known.name())->display_name(), "");
}

}  // namespace
}  // namespace vefa::contact
