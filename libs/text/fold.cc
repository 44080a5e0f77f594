#include "libs/text/fold.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

namespace vefa::text {

std::string FoldForSearch(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFKDInstance(status);
  icu::UnicodeString input = icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
  // Decomposing takes ş apart into s and its cedilla, İ into I and its dot; ı alone has no parts.
  icu::UnicodeString parts = U_SUCCESS(status) ? normalizer->normalize(input, status) : input;
  icu::UnicodeString kept;
  for (int32_t i = 0; i < parts.length();) {
    UChar32 point = parts.char32At(i);
    i += U16_LENGTH(point);
    if (u_charType(point) == U_NON_SPACING_MARK) continue;
    kept.append(point == 0x131 ? static_cast<UChar32>('i') : point);
  }
  kept.foldCase(U_FOLD_CASE_DEFAULT);
  std::string folded;
  kept.toUTF8String(folded);
  return folded;
}

std::vector<std::string> SearchWords(std::string_view text) {
  const std::string folded = FoldForSearch(text);
  icu::UnicodeString points = icu::UnicodeString::fromUTF8(folded);
  std::vector<std::string> words;
  icu::UnicodeString word;
  for (int32_t i = 0; i <= points.length();) {
    UChar32 point = i < points.length() ? points.char32At(i) : 0;
    i += U16_LENGTH(point);
    // A vowel sign that takes a place of its own belongs to its letter.
    if (u_isalnum(point) || u_charType(point) == U_COMBINING_SPACING_MARK) {
      word.append(point);
    } else if (!word.isEmpty()) {
      word.toUTF8String(words.emplace_back());
      word.remove();
    }
  }
  return words;
}

std::string FoldForLike(std::string_view text) {
  std::string pattern;
  for (char c : FoldForSearch(text)) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern;
}

}  // namespace vefa::text
