#include "services/contact/duplicate/duplicate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace vefa::contact {
namespace {

Likeness Of(const char* name, std::vector<std::string> emails, std::vector<std::string> phones = {},
            const char* country = "") {
  return {Uuid{}, NameWords(name), std::move(emails), std::move(phones), country};
}

bool AreOne(const Likeness& a, const Likeness& b) {
  Comparison one = Compare(a, b), other = Compare(b, a);
  EXPECT_EQ(one.score, other.score);
  // Who may be one is also found: they share a key.
  auto of_a = SharedKeys(a), of_b = SharedKeys(b);
  std::vector<int64_t> both;
  std::set_intersection(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(), std::back_inserter(both));
  return one.score >= kDuplicateScore && !both.empty();
}

TEST(Duplicate, NamesAreWordsWithoutCaseMarksAndTitles) {
  EXPECT_EQ(NameWords("Prof. Dr. Ayşe IŞIK"), (std::vector<std::string>{"ayse", "isik"}));
  EXPECT_EQ(NameWords("IŞIK, ayse"), NameWords("Ayşe Işık"));
  EXPECT_TRUE(NameWords(" -. ").empty());
}

TEST(Duplicate, OneMailboxHasManySpellings) {
  EXPECT_EQ(Mailbox("ayse.isik+haber@gmail.com"), "ayseisik@gmail.com");
  EXPECT_EQ(Mailbox("ayseisik@googlemail.com"), "ayseisik@gmail.com");
  EXPECT_EQ(Mailbox("...@x.example"), "...@x.example");
}

TEST(Duplicate, WordsThatDifferByLittleAreAlike) {
  EXPECT_NEAR(WordLikeness("martha", "marhta"), 0.961, 0.001);  // Winkler's own examples.
  EXPECT_NEAR(WordLikeness("dixon", "dicksonx"), 0.813, 0.001);
  EXPECT_EQ(WordLikeness("", "a"), 0);
  EXPECT_EQ(WordLikeness("ayse", "ayse"), 1);
  EXPECT_TRUE(IsOneEditAway("905321234567", "905321234576"));
  EXPECT_TRUE(IsOneEditAway("abc", "abxc"));
  EXPECT_TRUE(IsOneEditAway("abc", "abx"));
  EXPECT_FALSE(IsOneEditAway("abc", "abc"));
  EXPECT_FALSE(IsOneEditAway("abc", "cba"));
}

TEST(Duplicate, OnePersonWrittenTwiceIsFound) {
  Likeness ayse = Of("Ayşe Işık", {"ayse@deniz.example"}, {"+905321234567"});
  EXPECT_TRUE(AreOne(ayse, Of("AYSE ISIK", {"ayse@deniz.example"})));
  EXPECT_TRUE(AreOne(ayse, Of("Işık Ayşe", {"other@iz.example"}, {"+905321234567"})));
  EXPECT_TRUE(AreOne(ayse, Of("Ayşe Işk", {}, {"+905321234567"})));
  EXPECT_TRUE(AreOne(ayse, Of("A. Işık", {"ayse@deniz.example"})));
  EXPECT_TRUE(AreOne(Of("Ayşe Işık", {"ayse.isik@gmail.com"}), Of("Ayşe Işık", {"ayseisik+x@gmail.com"})));
}

TEST(Duplicate, TwoPeopleWhoShareSomethingAreTwo) {
  Likeness ayse = Of("Ayşe Işık", {"ayse@deniz.example"}, {"+905321234567"});
  EXPECT_FALSE(AreOne(ayse, Of("Mehmet Işık", {"ayse@deniz.example"}, {"+905321234567"})));  // A family.
  EXPECT_FALSE(AreOne(ayse, Of("Ayşe Işık", {"ayse@iz.example"}, {"+905329999999"})));       // A namesake.
  EXPECT_FALSE(AreOne(ayse, Of("Can Demir", {"ayse@deniz.example"})));                       // A shared mailbox.
  EXPECT_FALSE(AreOne(Of("Ayşe Işık", {}), Of("Ayşe Işık", {})));                            // Nothing but a name.
}

TEST(Duplicate, AComparisonSaysWhy) {
  Comparison why = Compare(Of("Ayşe Işık", {"a@x.example"}, {"+905321234567"}, "TR"),
                           Of("Ayşe Işık", {"b@y.example"}, {"+905321234567"}, "DE"));
  ASSERT_EQ(why.reasons.size(), 4u);
  EXPECT_EQ(why.reasons[0].kind, LikenessKind::kPhoneSame);
  EXPECT_EQ(why.reasons[1].kind, LikenessKind::kNameSame);
  EXPECT_EQ(why.score, 6 + 4 - 1 - 1);
}

// Whatever the texts, comparing is symmetric and nothing is likelier than the thing itself.
TEST(Duplicate, NothingIsMoreAlikeThanItself) {
  std::mt19937 random(7);
  auto word = [&] {
    std::string text;
    for (size_t i = random() % 8; i > 0; --i) text += static_cast<char>('a' + random() % 4);
    return text;
  };
  for (int i = 0; i < 5000; ++i) {
    std::string a = word(), b = word();
    EXPECT_DOUBLE_EQ(WordLikeness(a, b), WordLikeness(b, a));
    EXPECT_EQ(IsOneEditAway(a, b), IsOneEditAway(b, a));
    Likeness one = Of((a + " " + b).c_str(), {a + "@x.example"}, {}), other = Of((b + " " + word()).c_str(), {b + "@x.example"});
    EXPECT_EQ(Compare(one, other).score, Compare(other, one).score);
    EXPECT_GE(Compare(one, one).score, Compare(one, other).score);
  }
}

}  // namespace
}  // namespace vefa::contact
