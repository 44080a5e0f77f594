#include "services/contact/right/person_page.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/timestamp.pb.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "services/contact/right/person_words.h"

namespace vefa::contact {
namespace {

using google::protobuf::Descriptor;

// The names of all fields and values that a document can show.
void Collect(const Descriptor& message, std::set<const Descriptor*>& seen, std::set<std::string>& fields, std::set<std::string>& values) {
  if (message.full_name() == google::protobuf::Timestamp::descriptor()->full_name() || message.full_name() == "google.type.Date" ||
      !seen.insert(&message).second)
    return;
  for (int i = 0; i < message.field_count(); ++i) {
    const auto& field = *message.field(i);
    if (!message.options().map_entry()) fields.insert(std::string(field.name()));
    if (field.message_type() != nullptr) Collect(*field.message_type(), seen, fields, values);
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
