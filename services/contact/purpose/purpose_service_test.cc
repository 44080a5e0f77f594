#include "services/contact/purpose/purpose_service.h"

#include "libs/crypto/crypto.h"
#include "services/contact/consent/consent_fixture.h"

namespace vefa::contact {
namespace {

class PurposeTest : public ConsentTest {
 protected:
  using PurposeStub = v1::PurposeService::Stub;

  PurposeTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&purposes_);
    purpose_server_ = builder.BuildAndStart();
    purpose_peer_ = std::make_unique<rpc::Peer>("127.0.0.1:" + std::to_string(port), key_, "test");
    purpose_stub_ = v1::PurposeService::NewStub(purpose_peer_->channel());
  }
  ~PurposeTest() override { purpose_server_->Shutdown(); }

  template <typename Request, typename Response>
  Result<Response> Ask(grpc::Status (PurposeStub::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request) {
    return rpc::Call(*purpose_peer_, *purpose_stub_, method, request, tenant_, {"*"}, Soon());
  }
  static v1::CreatePurposeRequest Declared(const std::string& code, v1::LawfulBasis basis = v1::LAWFUL_BASIS_CONSENT) {
    v1::CreatePurposeRequest request;
    request.mutable_purpose()->set_code(code);
    request.mutable_purpose()->set_title("Geri kazanma");
    request.mutable_purpose()->set_lawful_basis(basis);
    request.mutable_purpose()->set_retention_days(1095);
    return request;
  }
  Result<v1::Purpose> Declare(const std::string& code, v1::LawfulBasis basis = v1::LAWFUL_BASIS_CONSENT) {
    return Ask(&PurposeStub::CreatePurpose, Declared(code, basis));
  }
  Result<v1::PurposeText> Publish(const std::string& name, const std::string& text, const std::string& language = "tr") {
    v1::PublishPurposeTextRequest request;
    request.set_purpose(name);
    request.mutable_text()->set_language(language);
    request.mutable_text()->set_text(text);
    return Ask(&PurposeStub::PublishPurposeText, request);
  }
  std::vector<std::string> Events() {
    static const postgres::Statement kTypes{"test_purpose_events",
                                            "SELECT event_type || ' ' || aggregate_version FROM event_log WHERE subject LIKE 'purposes/%'"
                                            " ORDER BY id"};
    auto rows = database_.service().Run(postgres::Scope::Tenant(tenant_), kTypes, {}, Soon());
    std::vector<std::string> types;
    for (int i = 0; i < rows->size(); ++i) types.push_back(rows->String(i, 0));
    return types;
  }

  rpc::Door purpose_door_{"vefa.contact.v1.PurposeService", pool_, key_, tenants_, metrics_, clock_};
  PurposeService purposes_{purpose_door_, database_.service(), nullptr, clock_, key_.secret()};
  std::unique_ptr<grpc::Server> purpose_server_;
  std::unique_ptr<rpc::Peer> purpose_peer_;
  std::unique_ptr<PurposeStub> purpose_stub_;
};

TEST_F(PurposeTest, ATitleIsInTheLanguageOfWhoReadsIt) {
  v1::CreatePurposeRequest request = Declared("win-back");
  request.mutable_purpose()->set_title("Win back");
  (*request.mutable_purpose()->mutable_titles())["tr"] = " Geri kazanma ";
  (*request.mutable_purpose()->mutable_titles())["de"] = "Zurück";
  auto refused = Ask(&PurposeStub::CreatePurpose, request);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().violations.front().reason, "LANGUAGE_UNKNOWN");
  request.mutable_purpose()->mutable_titles()->erase("de");
  auto declared = Ask(&PurposeStub::CreatePurpose, request);
  ASSERT_TRUE(declared.ok()) << declared.error().message;
  EXPECT_EQ(declared->titles().at("tr"), "Geri kazanma");
  EXPECT_EQ(declared->titles_size(), 1);
  auto english = Person("2");
  english.mutable_contact()->set_language("en");
  english.mutable_contact()->set_email("bob@deniz.example");
  const std::string ayse = MakePerson("1"), bob = Call(&Stub::CreateContact, english)->name();
  auto titles = [&] {
    v1::BatchGetRecipientsRequest recipients;
    recipients.add_contacts(ayse);
    recipients.add_contacts(bob);
    recipients.set_purpose("win-back");
    recipients.set_channel(v1::CHANNEL_EMAIL);
    std::map<std::string, std::string> by_person;
    const auto told = Call(&Stub::BatchGetRecipients, recipients);
    EXPECT_TRUE(told.ok());
    for (const v1::Recipient& one : told->recipients()) by_person[one.contact()] = one.purpose_title();
    return by_person;
  };
  EXPECT_EQ(titles()[ayse], "Geri kazanma");
  EXPECT_EQ(titles()[bob], "Win back");
  v1::UpdatePurposeRequest update;
  update.set_name(declared->name());
  *update.mutable_purpose() = request.purpose();
  (*update.mutable_purpose()->mutable_titles())["en"] = "Come back";
  ASSERT_TRUE(Ask(&PurposeStub::UpdatePurpose, update).ok());
  EXPECT_EQ(titles()[bob], "Come back");
}

TEST_F(PurposeTest, IsDeclaredChangedAndGivenTexts) {
  auto made = Declare("win-back");
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_EQ(made->version(), 1);
  EXPECT_EQ(Declare("win-back").error().reason, "PURPOSE_CODE_TAKEN");
  v1::UpdatePurposeRequest update;
  update.set_name("purposes/win-back");
  *update.mutable_purpose() = *made;
  update.mutable_purpose()->set_title("Yeniden kazanma");
  update.mutable_purpose()->set_is_commercial(true);
  auto changed = Ask(&PurposeStub::UpdatePurpose, update);
  ASSERT_TRUE(changed.ok()) << changed.error().message;
  EXPECT_EQ(changed->version(), 2);
  EXPECT_EQ(changed->name(), made->name());
  EXPECT_EQ(Ask(&PurposeStub::UpdatePurpose, update).error().reason, "ETAG_MISMATCH");
  update.mutable_purpose()->set_etag(changed->etag());
  EXPECT_EQ(Ask(&PurposeStub::UpdatePurpose, update)->version(), 2) << "the same again changes nothing";
  update.mutable_purpose()->set_code("other");
  EXPECT_EQ(Ask(&PurposeStub::UpdatePurpose, update).error().violations.front().reason, "CODE_IMMUTABLE");

  auto first = Publish(made->name(), "Bana e-posta gönderilmesini kabul ediyorum.");
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_EQ(first->text_version(), 1);
  EXPECT_EQ(first->text_hash(), crypto::Bytes(crypto::Sha256(first->text())));
  EXPECT_EQ(Publish("purposes/win-back", "I agree to e-mails.", "en")->text_version(), 2);
  v1::GetPurposeRequest get;
  get.set_name("purposes/win-back");
  auto got = Ask(&PurposeStub::GetPurpose, get);
  EXPECT_EQ(got->text_version(), 2);
  EXPECT_EQ(got->version(), 4);
  EXPECT_EQ(got->title(), "Yeniden kazanma");
  EXPECT_EQ(Events(), (std::vector<std::string>{"purpose.created 1", "purpose.updated 2", "purpose.published 3", "purpose.published 4"}));

  v1::ListPurposeTextsRequest list;
  list.set_purpose(made->name());
  list.set_page_size(1);
  auto page = Ask(&PurposeStub::ListPurposeTexts, list);
  ASSERT_EQ(page->texts_size(), 1);
  EXPECT_EQ(page->texts(0).language(), "en");
  list.set_page_token(page->next_page_token());
  page = Ask(&PurposeStub::ListPurposeTexts, list);
  EXPECT_EQ(page->texts(0).text(), first->text());
  EXPECT_EQ(page->next_page_token(), "");
}

TEST_F(PurposeTest, RefusesWithEveryReason) {
  v1::CreatePurposeRequest request;
  request.mutable_purpose()->set_code("01890a5d-ac96-774b-bcce-b302099a8057");
  request.mutable_purpose()->set_retention_days(-1);
  auto reasons = [](const Error& error) {
    std::vector<std::string> all;
    for (const Violation& violation : error.violations) all.push_back(violation.field + " " + violation.reason);
    return all;
  };
  EXPECT_EQ(reasons(Ask(&PurposeStub::CreatePurpose, request).error()),
            (std::vector<std::string>{"purpose.code PURPOSE_SYNTAX", "purpose.title REQUIRED", "purpose.lawful_basis REQUIRED",
                                      "purpose.retention_days RETENTION_RANGE"}));
  request = Declared("news", v1::LAWFUL_BASIS_CONTRACT);
  request.mutable_purpose()->set_is_commercial(true);
  EXPECT_EQ(reasons(Ask(&PurposeStub::CreatePurpose, request).error()),
            std::vector<std::string>{"purpose.is_commercial COMMERCIAL_NEEDS_CONSENT"});
  ASSERT_TRUE(Declare("news").ok());
  EXPECT_EQ(reasons(Publish("purposes/news", "", "de").error()),
            (std::vector<std::string>{"text.language LANGUAGE_UNKNOWN", "text.text REQUIRED"}));
  EXPECT_EQ(Publish("purposes/none", "x").error().reason, "PURPOSE_NOT_FOUND");
  v1::GetPurposeRequest get;
  get.set_name("contacts/1");
  EXPECT_EQ(Ask(&PurposeStub::GetPurpose, get).error().reason, "NAME_SYNTAX");
}

TEST_F(PurposeTest, ARepeatedRequestDeclaresOnce) {
  v1::CreatePurposeRequest request = Declared("win-back");
  request.set_request_id("01890a5d-ac96-774b-bcce-b302099a8057");
  auto first = Ask(&PurposeStub::CreatePurpose, request), again = Ask(&PurposeStub::CreatePurpose, request);
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(first->name(), again->name());
  request.mutable_purpose()->set_title("Other");
  EXPECT_EQ(Ask(&PurposeStub::CreatePurpose, request).error().reason, "REQUEST_ID_REUSED");
}

TEST_F(PurposeTest, TellsWhichConsentsNameNoDeclaredPurpose) {
  const std::string ayse = MakePerson("1");
  for (const char* code : {"win-back", "news", "survey"})
    ASSERT_TRUE(Record(ayse, Said(v1::Consent::STATE_GRANTED, std::chrono::minutes(9), code)).ok());
  EXPECT_EQ(Seal(), 3);
  ASSERT_TRUE(Declare("news").ok());
  auto list = Ask(&PurposeStub::ListPurposes, v1::ListPurposesRequest());
  ASSERT_TRUE(list.ok());
  ASSERT_EQ(list->purposes_size(), 1);
  ASSERT_EQ(list->undeclared_size(), 2);
  EXPECT_EQ(list->undeclared(0).code() + " " + list->undeclared(1).code(), "survey win-back");
}

TEST_F(PurposeTest, AConsentNamesATextThatThereIs) {
  const std::string ayse = MakePerson("1");
  v1::Consent consent = Said(v1::Consent::STATE_GRANTED, std::chrono::minutes(9));
  consent.set_text_version(7);
  // Of a purpose that nobody declared, anything may be said.
  ASSERT_TRUE(Record(ayse, consent).ok());
  auto purpose = Declare("win-back");
  consent.set_text_version(1);
  EXPECT_EQ(Record(ayse, consent).error().violations.front().reason, "TEXT_VERSION_UNKNOWN");
  auto text = Publish(purpose->name(), "Kabul ediyorum.");
  ASSERT_TRUE(text.ok());
  *consent.mutable_occur_time() = rpc::ToProto(clock_.Now() - std::chrono::minutes(5));
  ASSERT_TRUE(Record(ayse, consent).ok());
  EXPECT_EQ(Seal(), 2);
  Records records = Export(ayse);
  EXPECT_EQ(records[2].entry().text_hash(), "");
  EXPECT_EQ(records[3].entry().text_hash(), text->text_hash());

  v1::ImportContactsRequest import;
  for (int version : {1, 2}) {
    auto& row = *import.add_rows();
    row.set_line(version);
    row.mutable_consent()->set_contact_external_id("1");
    *row.mutable_consent()->mutable_consent() = Said(v1::Consent::STATE_GRANTED, std::chrono::minutes(4));
    row.mutable_consent()->mutable_consent()->set_text_version(version);
  }
  auto imported = Import(import);
  ASSERT_TRUE(imported.ok());
  EXPECT_EQ(imported->consents_recorded(), 1);
  ASSERT_EQ(imported->rejects_size(), 1);
  EXPECT_EQ(imported->rejects(0).line(), 2);
  EXPECT_EQ(imported->rejects(0).reason(), "TEXT_VERSION_UNKNOWN");
}

TEST_F(PurposeTest, AnotherBasisThanConsentAllowsUntilThePersonObjects) {
  const std::string ayse = MakePerson("1");
  ASSERT_TRUE(Declare("invoice", v1::LAWFUL_BASIS_CONTRACT).ok());
  ASSERT_TRUE(Declare("survey", v1::LAWFUL_BASIS_LEGITIMATE_INTEREST).ok());
  for (const char* code : {"invoice", "survey"}) {
    EXPECT_TRUE(Decision(ayse, code).allowed());
    EXPECT_EQ(Decision(ayse, code).reason(), v1::ConsentDecision::REASON_LAWFUL_BASIS);
    ASSERT_TRUE(Record(ayse, Said(v1::Consent::STATE_REFUSED, std::chrono::minutes(9), code)).ok());
  }
  EXPECT_TRUE(Decision(ayse, "invoice").allowed());
  EXPECT_FALSE(Decision(ayse, "survey").allowed());
  EXPECT_EQ(Decision(ayse, "survey").reason(), v1::ConsentDecision::REASON_REFUSED);
}

}  // namespace
}  // namespace vefa::contact
