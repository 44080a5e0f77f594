// The forms in which names and addresses are stored: whatever was typed, bringing it there twice is bringing it there once, and what
// looks like something else is not taken for it.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "libs/phone/phone.h"
#include "libs/text/fold.h"
#include "services/contact/contact.h"
#include "services/contact/search/search_words.h"

namespace vefa::contact {
namespace {

constexpr char kCyrillicA[] = "\u0430";

// Pieces of what people and programs write: letters that fold, compose or look like others, signs that cannot be seen, whole addresses.
std::string AnyText() {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "a", "B", "İ", "ı", "I", "i", "ş", "s", "\u0327", "\u0307", "\u0301", "e", "ß", "ﬁ", "Ǆ", kCyrillicA, "ж", "Ω", "\u212B", "\u1E9B", "李", "ي",
      "각", "\u1112", "\u1161", "😀", "👩", "\u200D", "\u200C", "\uFE0F", "\u200B", "\uFEFF", "\u00AD", "\u2060", "\u202E", "\u200F", " ", "  ", "\u00A0",
      "\u3000", "\t", "\n", "\x01", "\x7F", ",", ".", "@", "-", "+", "0", "532", "1234567", "+90", "٣", "５", "(", ")", "\u2013", "deniz.example", "ışık",
      "xn--k-ekaa7p", "。", "＠", "\xFF", "\xC5"));
  std::string text;
  for (const std::string& piece : pieces) text += piece;
  return text;
}

std::string Told(const std::vector<Violation>& violations) {
  std::string all;
  for (const Violation& one : violations) all += one.field + " " + one.reason + ";";
  return all;
}

Contact Named(const std::string& name) {
  Contact contact;
  contact.external_id = "42";
  contact.display_name = name;
  return contact;
}

std::string Wrong(Contact contact) {
  std::vector<Violation> violations;
  Normalise(contact, "", violations);
  return Told(violations);
}

RC_GTEST_PROP(NormalFormProperty, ANameStaysAsItIs, ()) {
  Contact once = Named(AnyText());
  once.given_name = AnyText();
  once.family_name = AnyText();
  once.tags = {AnyText(), AnyText()};
  std::vector<Violation> wrong, wrong_again;
  Normalise(once, "", wrong);
  Contact twice = once;
  Normalise(twice, "", wrong_again);
  RC_ASSERT(twice.display_name == once.display_name);
  RC_ASSERT(twice.given_name == once.given_name);
  RC_ASSERT(twice.family_name == once.family_name);
  if (wrong.empty()) {
    RC_ASSERT(twice.tags == once.tags);
    RC_ASSERT(wrong_again.empty());
  }
}

RC_GTEST_PROP(NormalFormProperty, AnAddressStaysAsItIs, ()) {
  const std::string typed = *rc::gen::arbitrary<bool>() ? AnyText() : "ayse@" + AnyText() + ".example";
  const auto once = NormalEmail(typed);
  if (!once) return;
  RC_ASSERT(NormalEmail(*once) == once);
  // What is stored can be written to a mail as it is.
  for (char c : *once) RC_ASSERT(c > 0x20 && c < 0x7F && !(c >= 'A' && c <= 'Z'));
}

RC_GTEST_PROP(NormalFormProperty, ANumberStaysAsItIs, ()) {
  const std::string country = *rc::gen::element<std::string>("TR", "DE", "US", "JP", "");
  const std::string typed = *rc::gen::arbitrary<bool>() ? AnyText() : "+90 5" + AnyText() + std::to_string(*rc::gen::inRange(0, 1'000'000'000));
  for (PointKind kind : {PointKind::kPhone, PointKind::kWhatsapp}) {
    Personal<std::string> once = typed;
    std::vector<Violation> wrong;
    NormaliseValue(kind, once, country, "value", wrong);
    if (!wrong.empty()) continue;
    Personal<std::string> twice = once;
    for (const char* other : {"", "TR", "US"}) NormaliseValue(kind, twice, other, "value", wrong);
    RC_ASSERT(wrong.empty());
    RC_ASSERT(twice == once);
  }
}

RC_GTEST_PROP(NormalFormProperty, WhatIsFoundByAWordIsFoundByItsForm, ()) {
  const std::string folded = text::FoldForSearch(AnyText());
  RC_ASSERT(text::FoldForSearch(folded) == folded);
}

TEST(NormalForm, NamesHaveNoRulesButThatTheyCanBeShown) {
  for (const char* name : {"A", "李", "O", "محمد علي", "שרה", "😀", "👩‍🚀 Ada", "İ", "ı", "I", "i", "X Æ A-12", "Nuñez-O'Neil", "Sukarno"}) {
    Contact contact = Named(name);
    std::vector<Violation> violations;
    Normalise(contact, "", violations);
    EXPECT_EQ(Told(violations), "") << name;
    EXPECT_EQ(contact.display_name.Reveal(), name);
    EXPECT_TRUE(contact.family_name.empty()) << "nobody needs one";
  }
  for (const char* turned : {"Ada \u202Egpj.exe", "\u2066Ada\u2069", "Ada\u200F", "\u061CAda", "Ada\x1B[31m"})
    EXPECT_EQ(Wrong(Named(turned)), "display_name CONTROL_CHARACTER;") << turned;
  for (const char* unseen : {"", " ", "\u200B", "\u200D\u200D", "\u3164", "\u2800", "\uFEFF"})
    EXPECT_EQ(Wrong(Named(unseen)), "display_name REQUIRED;") << unseen;
}

// A name may be in two scripts: it is somebody's. It is kept as it was given, and is nobody else's.
TEST(NormalForm, LettersThatLookAlikeAreNotTheSame) {
  const std::string latin = "Anna", mixed = "Ann" + std::string(kCyrillicA);
  EXPECT_EQ(Wrong(Named(mixed)), "");
  EXPECT_NE(text::FoldForSearch(mixed), text::FoldForSearch(latin));
  // In a domain they stand as what they are, so that nobody takes the one for the other; before the @ mail has Latin letters only here.
  EXPECT_EQ(NormalEmail("bilgi@b" + std::string(kCyrillicA) + "nk.example"), "bilgi@xn--bnk-6cd.example");
  EXPECT_EQ(NormalEmail(std::string(kCyrillicA) + "nna@bank.example"), std::nullopt);
  EXPECT_EQ(NormalEmail("anna@bank\u200E.example"), std::nullopt);
  EXPECT_EQ(NormalEmail("anna@bank.example\u202E"), std::nullopt);
  EXPECT_EQ(NormalEmail("anna＠bank.example"), std::nullopt);
  EXPECT_EQ(NormalEmail("anna@ｂａｎｋ。example"), "anna@bank.example");
}

TEST(NormalForm, TheFourLettersOfI) {
  for (const char* name : {"İPEK IŞIK", "ipek ışık", "Ipek Isik", "İpek Işık", "i\u0307pek ışik"}) EXPECT_EQ(text::FoldForSearch(name), "ipek isik") << name;
  // An address is no Turkish text: its capital I is an i.
  EXPECT_EQ(NormalEmail("IPEK.ISIK@DENIZ.EXAMPLE"), "ipek.isik@deniz.example");
  EXPECT_EQ(NormalEmail("İpek@deniz.example"), std::nullopt);
  EXPECT_EQ(NormalEmail("ıpek@deniz.example"), std::nullopt);
  EXPECT_EQ(NormalEmail("a@IŞIK.example"), NormalEmail("a@işik.example"));
  EXPECT_NE(NormalEmail("a@ışık.example"), NormalEmail("a@işik.example")) << "two domains, and two owners";
  Contact contact = Named("İPEK IŞIK");
  contact.email = std::string("ipek@deniz.example");
  for (const char* query : {"ipek", "İPEK", "ıpek", "IŞIK", "ışık", "isik"}) {
    const auto terms = TermsOf(query);
    ASSERT_EQ(terms.size(), 1u);
    const auto words = EntryOf(contact).words;
    EXPECT_NE(std::find(words.begin(), words.end(), terms[0].whole), words.end()) << query;
  }
}

// A name of signs alone has no words: the person is found by external id and address, and by a filter.
TEST(NormalForm, ANameOfSignsHasNoWords) {
  Contact contact = Named("😀🎉");
  EXPECT_EQ(EntryOf(contact).words, std::vector<std::string>{"42"});
  EXPECT_TRUE(TermsOf("😀").empty());
}

}  // namespace
}  // namespace vefa::contact
