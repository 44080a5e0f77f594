#include <random>
#include <thread>

#include "libs/events/relay.h"
#include "libs/events/subscriber.h"
#include "services/contact/contact_fixture.h"
#include "services/contact/search/search_handler.h"
#include "services/contact/search/search_index.h"
#include "services/contact/search/search_sweep.h"

namespace vefa::contact {
namespace {

using Names = std::vector<std::string>;

class SearchTest : public ContactServiceTest {
 protected:
  v1::Contact Add(const std::string& name, const std::string& email, const std::string& external_id) {
    v1::CreateContactRequest request = Person(external_id);
    request.mutable_contact()->set_display_name(name);
    request.mutable_contact()->set_email(email);
    auto contact = Call(&Stub::CreateContact, request);
    EXPECT_TRUE(contact.ok()) << contact.error().message;
    return *contact;
  }
  // What the subscription does with the event of a contact.
  Status Hear(const std::string& contact, const std::string& type = "contact.created") {
    events::Event event;
    event.type = type;
    event.tenant = tenant_;
    event.subject = contact;
    SearchHandler handler;
    auto done = postgres::InTransaction(database_.pump(), postgres::Scope::Tenants({tenant_}), Soon(),
                                        [&](postgres::Transaction& tx) { return handler.Apply(tx, {&event, 1}); });
    return done.ok() ? Ok() : Status(done.error());
  }
  int64_t Sweep() {
    auto swept = sweep_.Sweep(tenant_);
    EXPECT_TRUE(swept.ok()) << swept.error().message;
    return swept.ok() ? *swept : -1;
  }
  std::vector<std::string> Find(const std::string& query, const std::string& order_by = "") {
    v1::ListContactsRequest request;
    request.set_query(query);
    request.set_order_by(order_by);
    auto list = Call(&Stub::ListContacts, request);
    EXPECT_TRUE(list.ok()) << list.error().message;
    std::vector<std::string> names;
    if (!list.ok()) return names;
    EXPECT_EQ(list->total_size(), list->contacts_size());
    for (const v1::Contact& contact : list->contacts()) names.push_back(contact.display_name());
    return names;
  }
  int64_t Rows() {
    return database_.Count("SELECT (SELECT count(*) FROM search_contact) + (SELECT count(*) FROM search_word)"
                           " + (SELECT count(*) FROM search_vocabulary) + (SELECT count(*) FROM search_typo)");
  }
  // Every count of the vocabulary is the number of those who have the word, every hit is of a word that is known.
  void ExpectConsistent() {
    EXPECT_EQ(database_.Count("SELECT count(*) FROM (SELECT tenant_id, word, count(*) AS n FROM search_word"
                              " WHERE word !~ '^ |[0-9]' GROUP BY 1, 2) w FULL JOIN search_vocabulary v USING (tenant_id, word)"
                              " WHERE w.n IS DISTINCT FROM v.contacts"),
              0);
    EXPECT_EQ(database_.Count("SELECT count(*) FROM (SELECT c.tenant_id, k.word, c.name_key, c.contact_id FROM search_contact c,"
                              " unnest(string_to_array(c.words, chr(10))) k(word)) c FULL JOIN search_word w"
                              " USING (tenant_id, word, name_key, contact_id) WHERE c.* IS NULL OR w.* IS NULL"),
              0);
    EXPECT_EQ(database_.Count("SELECT count(*) FROM search_typo t WHERE NOT EXISTS (SELECT FROM search_vocabulary v"
                              " WHERE v.tenant_id = t.tenant_id AND v.word = t.word)"),
              0);
  }

  SearchSweep sweep_{database_.pump(), metrics_, false};
};

TEST_F(SearchTest, FindsByWordsBeginningsAndTypos) {
  Add("Işık İnci", "isik7@deniz.example", "CRM-0042");
  Add("Mehmet Yılmaz", "mehmet.yilmaz@firma.example", "CRM-0043");
  Add("Ayşe Nur Yılmaz", "", "CRM-0044");
  Add("Mehmed Can", "", "CRM-0045");
  // While nothing is indexed yet, and afterwards.
  for (bool indexed : {false, true}) {
    if (indexed) { EXPECT_EQ(Sweep(), 4); }
    for (const char* query : {"ışık", "ISIK", "inci", "İNCİ", "Isi", "0042", "crm-0042", "CRM-0042", "isik7@deniz.example",
                              "isik7@", "i̇nci ışık", "inci isi"})
      EXPECT_EQ(Find(query), (Names{"Işık İnci"})) << query << indexed;
    EXPECT_EQ(Find("yilmaz"), (Names{"Ayşe Nur Yılmaz", "Mehmet Yılmaz"}));
    EXPECT_EQ(Find("yilamz mehmet"), (Names{"Mehmet Yılmaz"})) << "swapped letters, the other way round";
    EXPECT_EQ(Find("yılmaz ayşe"), (Names{"Ayşe Nur Yılmaz"}));
    EXPECT_EQ(Find("mehmet"), (Names{"Mehmet Yılmaz", "Mehmed Can"})) << "the whole word before the typo";
    EXPECT_EQ(Find("me"), (Names{"Mehmed Can", "Mehmet Yılmaz"})) << "two keystrokes";
    EXPECT_EQ(Find("mehmet kaya"), Names());
    EXPECT_EQ(Find("!?"), Names());
    EXPECT_EQ(Find("50%_"), Names());
  }
  EXPECT_EQ(Find("deniz.exa"), (Names{"Işık İnci"})) << "a domain is one word";
  EXPECT_EQ(Find("@firma"), (Names{"Mehmet Yılmaz"}));
  EXPECT_EQ(Find("yilmaz", "external_id desc"), (Names{"Ayşe Nur Yılmaz", "Mehmet Yılmaz"}));
  EXPECT_EQ(Find("yilmaz", "external_id"), (Names{"Mehmet Yılmaz", "Ayşe Nur Yılmaz"}));
  ExpectConsistent();
}

TEST_F(SearchTest, WhatWasJustWrittenIsFoundByItsKeysHoweverManyCameAfter) {
  Add("Zeynep Kurt", "zeynep@kurt.example", "first");
  v1::ImportContactsRequest many;
  for (int n = 0; n < 150; ++n) *many.add_rows()->mutable_contact() = Person("later-" + std::to_string(n)).contact();
  ASSERT_EQ(Import(many)->contacts_created(), 150);
  EXPECT_EQ(Find("first"), (Names{"Zeynep Kurt"}));
  EXPECT_EQ(Find("Zeynep@Kurt.example"), (Names{"Zeynep Kurt"}));
  EXPECT_EQ(Find("zeynep"), Names()) << "until its event was heard";
  ASSERT_EQ(Sweep(), 151);
  EXPECT_EQ(Find("zeynep"), (Names{"Zeynep Kurt"}));
}

TEST_F(SearchTest, AnEventBringsTheWordsToWhatTheRecordSaysNow) {
  v1::Contact known = Add("Deniz Ak", "deniz@ak.example", "7");
  ASSERT_TRUE(Hear(known.name()).ok());
  ASSERT_TRUE(Hear(known.name()).ok()) << "a repeat changes nothing";
  const int64_t rows = Rows();
  v1::CreateContactRequest renamed = Person("7");
  renamed.mutable_contact()->set_display_name("Derya Ak");
  ASSERT_EQ(Import(renamed)->contacts_updated(), 1);
  ASSERT_TRUE(Hear(known.name(), "consent.granted").ok());
  EXPECT_EQ(Rows(), rows) << "consents change no words";
  ASSERT_TRUE(Hear(known.name(), "contact.updated").ok());
  EXPECT_EQ(Find("deniz"), (Names{"Derya Ak"})) << "by the address it has now, ayse@deniz.example";
  EXPECT_EQ(Find("derya"), (Names{"Derya Ak"}));
  EXPECT_EQ(Find("ak.example"), Names());
  EXPECT_EQ(Sweep(), 0);
  ExpectConsistent();
  // Of a subject that is no contact there is nothing to do, and of an unknown contact neither.
  EXPECT_TRUE(Hear("organizations/0191e5f0-0000-7000-8000-0123456789ab").ok());
  EXPECT_TRUE(Hear("contacts/0191e5f0-0000-7000-8000-0123456789ab").ok());
}

TEST_F(SearchTest, ErasingTakesEveryWordAlongAtOnce) {
  v1::Contact erased = Add("Kanarya Gökyüzü", "kanarya@kus.example", "kanarya-42");
  Add("Gökyüzü Ak", "", "stays");
  ASSERT_EQ(Sweep(), 2);
  ASSERT_TRUE(Erase(erased.name()).ok());
  for (const char* table : {"search_contact", "search_word", "search_vocabulary", "search_typo"})
    EXPECT_EQ(database_.Count("SELECT count(*) FROM " + std::string(table) + " t WHERE t::text ~ 'kan|kus|anary'"), 0) << table;
  for (const char* query : {"kanarya", "kanarya-42", "kanarya@kus.example"}) EXPECT_EQ(Find(query), Names()) << query;
  EXPECT_EQ(Find("gokyuzu"), (Names{"Gökyüzü Ak"}));
  ExpectConsistent();
  // Events of the erased that are heard late bring nothing back.
  ASSERT_TRUE(Hear(erased.name(), "contact.created").ok());
  ASSERT_TRUE(Hear(erased.name(), "contact.erased").ok());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM search_contact"), 1);
  EXPECT_EQ(Sweep(), 0);
}

// Who erases while the words are being written waits for them, and finds them.
TEST_F(SearchTest, AnErasureBesideTheWritingOfWordsLeavesNone) {
  for (int round = 0; round < 10; ++round) {
    v1::Contact known = Add("Kanarya", "", "kanarya-" + std::to_string(round));
    auto id = ParseResourceName("contacts", known.name());
    auto begun = database_.pump().Begin(postgres::Scope::Tenants({tenant_}), Soon());
    ASSERT_TRUE(begun.ok());
    ASSERT_TRUE(IndexContacts(*begun, {{tenant_, *id}}, IndexedBy::kItsEvent).ok());
    std::thread eraser([&] { EXPECT_TRUE(Erase(known.name()).ok()); });
    EXPECT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0; }));
    ASSERT_TRUE(begun->Commit().ok());
    eraser.join();
    EXPECT_EQ(Rows(), 0);
  }
}

TEST_F(SearchTest, PagesOfWhatWasFoundHaveNoGaps) {
  v1::ImportContactsRequest many;
  for (int n = 0; n < 30; ++n) {
    auto* contact = many.add_rows()->mutable_contact();
    *contact = Person("p" + std::to_string(n)).contact();
    contact->set_display_name(n % 3 == 0 ? "Elif Su" : n % 3 == 1 ? "Su Elif" : "Elifnaz");
  }
  ASSERT_EQ(Import(many)->contacts_created(), 30);
  ASSERT_EQ(Sweep(), 30);
  for (const char* order : {"", "display_name", "create_time desc"}) {
    v1::ListContactsRequest request;
    request.set_query("elif");
    request.set_page_size(7);
    request.set_order_by(order);
    std::set<std::string> seen;
    for (int page = 0; page < 5; ++page) {
      auto list = Call(&Stub::ListContacts, request);
      ASSERT_TRUE(list.ok()) << list.error().message;
      EXPECT_EQ(list->total_size(), page == 0 ? 30 : 0);
      if (page == 0 && *order == '\0') { EXPECT_EQ(list->contacts(0).display_name(), "Elif Su"); }
      for (const v1::Contact& contact : list->contacts()) EXPECT_TRUE(seen.insert(contact.name()).second);
      request.set_page_token(list->next_page_token());
    }
    EXPECT_EQ(seen.size(), 30u) << order;
    EXPECT_TRUE(request.page_token().empty());
  }
}

TEST_F(SearchTest, AWordOfEverybodyFindsTheFirstThousand) {
  for (int chunk = 0; chunk < 5; ++chunk) {
    v1::ImportContactsRequest many;
    for (int n = 0; n < 500; ++n) {
      auto* contact = many.add_rows()->mutable_contact();
      *contact = Person(std::to_string(chunk * 500 + n)).contact();
      contact->set_display_name(n % 2 == 0 ? "Herkes Ali" : "Herkes Veli");
    }
    ASSERT_EQ(Import(many)->contacts_created(), 500);
  }
  ASSERT_EQ(Sweep(), 2500);
  v1::ListContactsRequest request;
  for (const char* query : {"herkes", "ali herkes", "herkes veli"}) {
    request.set_query(query);
    auto list = Call(&Stub::ListContacts, request);
    ASSERT_TRUE(list.ok()) << list.error().message;
    EXPECT_EQ(list->total_size(), 1000);
    EXPECT_EQ(list->contacts(0).display_name(), query == std::string("herkes veli") ? "Herkes Veli" : "Herkes Ali");
  }
  // Two words of everybody that no name has both of.
  request.set_query("ali veli");
  EXPECT_EQ(Call(&Stub::ListContacts, request)->total_size(), 0);
  tenant_ = database_.other_tenant();
  EXPECT_EQ(Find("herkes"), Names());
}

TEST_F(SearchTest, AMistypedWordOfManyStillFindsTheOneMeant) {
  v1::ImportContactsRequest many;
  for (int n = 0; n < 450; ++n) {
    auto* contact = many.add_rows()->mutable_contact();
    *contact = Person(std::to_string(n)).contact();
    contact->set_display_name(n == 0 ? "Zeki Demirbağ" : n < 200 ? "Ali Demirbağ" : "Zeki Kaya");
  }
  ASSERT_EQ(Import(many)->contacts_created(), 450);
  ASSERT_EQ(Sweep(), 450);
  EXPECT_EQ(Find("zeki demirabg"), (Names{"Zeki Demirbağ"}));
}

// As it runs: a commit, the relay, Kafka, the subscription.
TEST_F(SearchTest, WhatIsWrittenIsFoundOnceItsEventWasHeard) {
  const std::string topic = testing::TestTopic("vefa.search");
  SearchHandler handler;
  events::SubscriberSettings settings;
  settings.group = topic;
  events::Relay relay(database_.pump(), testing::KafkaBrokers(), {"contact", topic, "vefa.contact.v1.ContactEvent"}, metrics_);
  events::Subscriber subscriber(SearchHandler::kConsumer, {topic}, testing::KafkaBrokers(), database_.pump(), handler, metrics_,
                                nullptr, settings);
  v1::Contact first = Add("Zeynep Kurt", "", "first");
  v1::ImportContactsRequest many;
  for (int n = 0; n < 400; ++n) *many.add_rows()->mutable_contact() = Person("later-" + std::to_string(n)).contact();
  ASSERT_EQ(Import(many)->contacts_created(), 400);
  relay.Wake();
  EXPECT_TRUE(testing::Eventually([&] { return Find("zeynep") == Names{"Zeynep Kurt"}; }));
  EXPECT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM search_contact") == 401; }));
  ASSERT_TRUE(Erase(first.name()).ok());
  relay.Wake();
  EXPECT_TRUE(testing::Eventually([&] {
    return database_.Count("SELECT count(*) FROM applied_version WHERE subject = '" + first.name() + "' AND version = 2") == 1;
  }));
  EXPECT_EQ(database_.Count("SELECT count(*) FROM search_contact"), 400);
  EXPECT_EQ(Sweep(), 0);
  ExpectConsistent();
}

// Random people come, change and go, told of in any order: in the end the words are as if written once.
TEST_F(SearchTest, WhateverHappensTheWordsAreThoseOfTheRecords) {
  std::mt19937 random(11);
  const Names first_names{"Ali", "Alya", "Ayşe", "Işık", "Yıldırım"}, last{"Kaya", "Kayalar", "Yılmaz", "Ali"};
  std::vector<std::string> names;
  for (int step = 0; step < 120; ++step) {
    v1::CreateContactRequest person = Person(std::to_string(random() % 25));
    person.mutable_contact()->set_display_name(first_names[random() % first_names.size()] + " " + last[random() % last.size()]);
    person.mutable_contact()->set_email(random() % 2 == 0 ? "" : "a" + std::to_string(random() % 3) + "@b.example");
    ASSERT_TRUE(Import(person).ok());
    v1::BatchGetContactsRequest batch;
    batch.add_external_ids(person.contact().external_id());
    auto found = Call(&Stub::BatchGetContacts, batch);
    ASSERT_EQ(found->contacts_size(), 1);
    names.push_back(found->contacts(0).name());
    if (random() % 8 == 0) { ASSERT_TRUE(Erase(names[random() % names.size()]).ok()); }
    for (int heard = 0; heard < 2; ++heard) ASSERT_TRUE(Hear(names[random() % names.size()]).ok());
  }
  Sweep();
  ExpectConsistent();
  EXPECT_EQ(Sweep(), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM search_contact"), database_.Count("SELECT count(*) FROM contact WHERE erase_time IS NULL"));
}

}  // namespace
}  // namespace vefa::contact
