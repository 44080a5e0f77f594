#include "services/contact/right/person_page.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "services/contact/right/person_values.h"
#include "services/contact/right/person_words.h"

namespace vefa::contact {
namespace {

using google::protobuf::Descriptor;

// The names of all fields and values that a document can show.
void Collect(const Descriptor& message, std::set<const Descriptor*>& seen, std::set<std::string>& fields, std::set<std::string>& values) {
  if (!seen.insert(&message).second) return;
  for (int i = 0; i < message.field_count(); ++i) {
    const auto& field = *message.field(i);
    if (IsForPrograms(field)) continue;
    if (!message.options().map_entry()) fields.insert(std::string(field.name()));
    if (!IsValue(field)) Collect(*field.message_type(), seen, fields, values);
    if (field.enum_type() == nullptr) continue;
    for (int j = 0; j < field.enum_type()->value_count(); ++j)
      if (field.enum_type()->value(j)->number() != 0) values.insert(std::string(field.enum_type()->value(j)->name()));
  }
}

TEST(PersonPageTest, EveryFieldAndValueHasItsWordsInBothLanguages) {
  std::set<const Descriptor*> seen;
  std::set<std::string> fields, values;
  Collect(*v1::PersonDocument::descriptor(), seen, fields, values);
  EXPECT_GT(fields.size(), 100u);
  for (auto& [names, words] : {std::pair{fields, PersonFieldWords()}, std::pair{values, PersonValueWords()}}) {
    EXPECT_TRUE(std::ranges::is_sorted(words, {}, &PersonWord::name));
    for (const std::string& name : names) {
      const auto word = std::ranges::find(words, name, &PersonWord::name);
      ASSERT_NE(word, words.end()) << name << " needs words in person_words.cc";
      EXPECT_FALSE(word->tr.empty() || word->en.empty()) << name;
    }
  }
  for (const PersonWord& word : PersonFieldWords()) EXPECT_TRUE(fields.contains(std::string(word.name))) << word.name << " is shown nowhere";
}

TEST(PersonPageTest, WhatSaysNothingToPeopleIsLeftOut) {
  constexpr char kAda[] = "contacts/01970002-0000-7001-8000-000000000001", kShop[] = "organizations/01970002-0000-7001-8000-000000000002";
  v1::PersonDocument document;
  document.set_rights_request("rightsRequests/01970002-0000-7001-8000-000000000003");
  document.add_cut("notes");
  auto& record = *document.add_records();
  record.mutable_contact()->set_name(kAda);
  record.mutable_contact()->set_etag("mark-of-version");
  record.mutable_contact()->set_version(777777);
  record.mutable_contact()->set_owner("users/01970002-0000-7001-8000-000000000004");
  auto& money = *(*record.mutable_contact()->mutable_attributes())["limit"].mutable_money();
  money.set_units(1250);
  money.set_nanos(500000000);
  money.set_currency_code("TRY");
  (*record.mutable_contact()->mutable_attributes())["size"].set_text("xl");
  auto& entry = *record.add_consent_entries();
  entry.set_contact(kAda);
  entry.set_sequence(888888);
  entry.set_hash("\x99\x99\x99");
  entry.set_purpose("win-back");
  entry.set_actor("services/notification");
  entry.set_capture_source("HS_WEB");
  entry.mutable_opening()->set_salt("\x99\x99\x99");
  auto& relationship = *record.add_relationships();
  relationship.set_from(kAda);
  relationship.set_to(kShop);
  record.add_relationships()->set_to("contacts/01970002-0000-7001-8000-000000000009");
  record.mutable_preferences()->mutable_quiet_hours()->set_start_minute(1335);
  record.add_notes()->set_text("services/pricing was asked about");
  record.add_merges()->add_taken("attributes.size");
  auto& iys = *record.add_iys_entries();
  iys.set_channel(v1::CHANNEL_EMAIL);
  iys.set_registered(v1::IYS_STATUS_ONAY);
  iys.set_transaction_id("transaction-1");
  iys.mutable_register_time()->set_seconds(1767348000);
  auto& limits = *document.mutable_processing_limits();
  limits.add_objected_purposes("*");
  for (auto& [name, tr] : std::map<std::string, std::string>{{kShop, "Deniz Ticaret"}, {"purposes/win-back", "Geri kazanma"},
                                                             {"attributeDefinitions/limit", "Kredi sınırı"},
                                                             {"attributeDefinitions/size", "Beden"},
                                                             {"attributeDefinitions/size/options/xl", "Çok büyük"}}) {
    auto& title = *document.add_titles();
    title.set_name(name);
    (*title.mutable_titles())["tr"] = tr;
  }
  const std::string page = PersonPage(document, "tr");
  for (const char* text : {"mark-of-version", "777777", "888888", "999999", "01970002", "users/", "services/notification", "win-back", "HS_WEB",
                           "transaction-1", "nanos", "Kaydın ayrıntıları", ">size<", ">xl<", ">*<"})
    EXPECT_EQ(page.find(text), page.npos) << text;
  for (const char* text : {"<dd>1250.50 TRY</dd>", ": Kredi sınırı</h", "<dd>Çok büyük</dd>", "<dd>Geri kazanma</dd>", "<dd>Web sitesi</dd>",
                           "<dd>siz</dd>", "<dd>Deniz Ticaret</dd>", "<dd>başka bir kişi</dd>", "<dd>22:15</dd>", "services/pricing was asked about",
                           "<dd>Diğer bilgiler: Beden</dd>", "<dd>Onay</dd>", "2026-01-02 10:00:00 UTC", "<dd>tüm amaçlar</dd>",
                           "<dd>Hakkınızda yazılan notlar</dd>"})
    EXPECT_NE(page.find(text), page.npos) << text;
}

TEST(PersonPageTest, WhatCameFromOutsideIsTextAndNothingElse) {
  v1::PersonDocument document;
  auto& record = *document.add_records();
  record.mutable_contact()->set_display_name("<script>alert('x')</script> & \"Ayşe\"");
  (*record.mutable_contact()->mutable_attributes())["<b>size</b>"].set_text("<img src=x onerror=y>");
  record.add_consents()->set_state(v1::Consent::STATE_GRANTED);
  record.mutable_consents(0)->mutable_occur_time()->set_seconds(1767348000);
  const std::string page = PersonPage(document, "tr");
  for (const char* mark : {"<script", "<img", "<b>", "onerror=y>"}) EXPECT_EQ(page.find(mark), page.npos) << mark;
  for (const char* text : {"&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;Ayşe&quot;", "&lt;img src=x onerror=y&gt;",
                           "&lt;b&gt;size&lt;/b&gt;", "<html lang=\"tr\">", "Görünen ad", "Verilmiş", "2026-01-02 10:00:00 UTC"})
    EXPECT_NE(page.find(text), page.npos) << text;
  const std::string english = PersonPage(document, "en");
  for (const char* text : {"What we hold of you", "Granted", "<html lang=\"en\">"}) EXPECT_NE(english.find(text), english.npos) << text;
}

}  // namespace
}  // namespace vefa::contact
