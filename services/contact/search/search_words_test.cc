#include "services/contact/search/search_words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace vefa::contact {
namespace {

using Words = std::vector<std::string>;

SearchEntry EntryFor(const char* name, const char* email, const char* external_id) {
  Contact contact;
  contact.display_name = name;
  contact.email = email;
  contact.external_id = external_id;
  return EntryOf(contact);
}

TEST(SearchWordsTest, AContactHasTheWordsOfItsNameAddressAndExternalId) {
  SearchEntry entry = EntryFor("Işık İnci", "isik.inci7@deniz.example", "CRM-0042");
  EXPECT_EQ(entry.words, (Words{" inci isik", " isik inci", "0042", "crm-0042", "deniz.example", "inci", "inci7", "isik"}));
  EXPECT_EQ(entry.name_key, "isik inci");
  EXPECT_EQ(SplitWords(JoinWords(entry.words)), entry.words);
  EXPECT_EQ(SplitWords(""), Words());
}

TEST(SearchWordsTest, LongNamesAreBounded) {
  std::string name;
  for (int n = 0; n < 60; ++n) name += "w" + std::to_string(n) + std::string(n, 'x') + " ";
  SearchEntry entry = EntryFor(name.c_str(), "", "1");
  EXPECT_LE(entry.words.size(), kWordsMax + kPairedWordsMax * (kPairedWordsMax - 1));
  for (const std::string& word : EntryFor("Ş", "", std::string(150, 'g').c_str()).words) EXPECT_LE(word.size(), kWordBytesMax);
  // Never half a character: 65 bytes of two-byte letters.
  for (const std::string& word : EntryFor(("x" + std::string(64, 'a')).c_str(), "", "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж").words)
    EXPECT_EQ(word.find_last_not_of("\xD0\xB6xa"), std::string::npos);
}

TEST(SearchWordsTest, AQueryIsTakenApartWhereItsWordsMayBe) {
  auto terms = TermsOf("  İnci  crm-42 ayse.y@deniz.ex ... inci");
  ASSERT_EQ(terms.size(), 5u);
  EXPECT_EQ(terms[0].whole, "inci");
  EXPECT_EQ(terms[0].parts, Words());
  EXPECT_EQ(terms[1].whole, "crm-42");
  EXPECT_EQ(terms[1].parts, (Words{"crm", "42"}));
  EXPECT_EQ(terms[2].whole + " " + terms[3].whole, "ayse y");
  EXPECT_EQ(terms[4].whole, "deniz.ex");
  EXPECT_TRUE(TermsOf("!? .").empty());
  EXPECT_LE(TermsOf("a b c d e f g h i j k l").size(), kTermsMax);
}

TEST(SearchWordsTest, TyposAreCountedInLetters) {
  EXPECT_EQ(TyposBetween("mehmet", "mehmet", 2), 0);
  EXPECT_EQ(TyposBetween("mehmet", "mehmed", 2), 1);
  EXPECT_EQ(TyposBetween("mehmet", "mehemt", 2), 1);  // Swapped.
  EXPECT_EQ(TyposBetween("mehmet", "memet", 2), 1);
  EXPECT_EQ(TyposBetween("mehmet", "mehhmet", 2), 1);
  EXPECT_EQ(TyposBetween("mehmet", "ahmet", 2), 2);
  EXPECT_EQ(TyposBetween("ж", "ш", 1), 1);
  EXPECT_EQ(TyposBetween("mehmet", "ayse", 1), 2);
  EXPECT_EQ(TyposAllowed("ali"), 0);
  EXPECT_EQ(TyposAllowed("ayse"), 1);
  EXPECT_EQ(TyposAllowed("yildirim"), 2);
  EXPECT_EQ(TyposAllowed("crm7"), 0);
  EXPECT_EQ(TyposAllowed("deniz.example"), 0);
}

// Whatever typos are made, as many as are allowed to both words: they share a key, or one is the other's.
TEST(SearchWordsTest, WordsATypoApartMeetInAKey) {
  std::mt19937 random(7);
  auto letter = [&] { return static_cast<char>('a' + random() % 4); };
  auto mistyped = [&](std::string word) {
    size_t at = random() % word.size();
    switch (random() % 4) {
      case 0: word.erase(at, 1); break;
      case 1: word.insert(at, 1, letter()); break;
      case 2: word[at] = letter(); break;
      default: if (at + 1 < word.size()) std::swap(word[at], word[at + 1]);
    }
    return word;
  };
  int met = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string word(4 + random() % 9, ' ');
    for (char& c : word) c = letter();
    std::string typed = mistyped(word);
    if (random() % 2 == 0 && !typed.empty()) typed = mistyped(typed);
    if (typed.empty()) continue;
    const int allowed = std::min(TyposAllowed(word), TyposAllowed(typed));
    if (allowed == 0 || TyposBetween(word, typed, allowed) > allowed) continue;
    Words stored = TypoKeys(word), asked = TypoKeys(typed);
    stored.push_back(word);
    asked.push_back(typed);
    std::sort(stored.begin(), stored.end());
    std::sort(asked.begin(), asked.end());
    Words both;
    std::set_intersection(stored.begin(), stored.end(), asked.begin(), asked.end(), std::back_inserter(both));
    EXPECT_FALSE(both.empty()) << word << " " << typed;
    ++met;
  }
  EXPECT_GT(met, 5000);
}

}  // namespace
}  // namespace vefa::contact
