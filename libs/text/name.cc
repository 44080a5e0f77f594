#include "libs/text/name.h"

#include <unicode/bytestream.h>
#include <unicode/idna.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uloc.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>

namespace vefa::text {
namespace {

icu::UnicodeString Wide(std::string_view text) {
  return icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
}

const icu::IDNA* Idna() {
  static const std::unique_ptr<const icu::IDNA> idna = [] {
    UErrorCode status = U_ZERO_ERROR;
    return std::unique_ptr<const icu::IDNA>(icu::IDNA::createUTS46Instance(
        UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE | UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI |
            UIDNA_CHECK_CONTEXTJ,
        status));
  }();
  return idna.get();
}

// Marks, embeddings, overrides and isolates of direction.
bool TurnsDirection(UChar32 point) {
  return u_hasBinaryProperty(point, UCHAR_BIDI_CONTROL) != 0;
}

// Soft hyphen, space of no width, word joiner, byte order mark. Joiners proper stay: Persian and emoji are written with them.
bool OnlyBreaksLines(UChar32 point) { return point == 0xAD || point == 0x200B || point == 0x2060 || point == 0xFEFF; }

}  // namespace

std::optional<std::string> DomainToAscii(std::string_view domain) {
  std::string ascii;
  icu::StringByteSink<std::string> sink(&ascii);
  icu::IDNAInfo info;
  UErrorCode status = U_ZERO_ERROR;
  Idna()->nameToASCII_UTF8({domain.data(), static_cast<int32_t>(domain.size())}, sink, info, status);
  if (U_FAILURE(status) || info.hasErrors()) return std::nullopt;
  return ascii;
}

std::string Tidied(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFCInstance(status);
  const icu::UnicodeString whole = Wide(text);
  // Before letters are composed: a mark may find its letter only now.
  icu::UnicodeString input;
  for (int32_t i = 0; i < whole.length();) {
    UChar32 point = whole.char32At(i);
    i += U16_LENGTH(point);
    if (!OnlyBreaksLines(point)) input.append(point);
  }
  icu::UnicodeString composed = U_SUCCESS(status) ? normalizer->normalize(input, status) : input;
  icu::UnicodeString kept;
  bool space = false;
  for (int32_t i = 0; i < composed.length();) {
    UChar32 point = composed.char32At(i);
    i += U16_LENGTH(point);
    if (u_isUWhiteSpace(point) != 0) {
      space = true;
      continue;
    }
    if (space && !kept.isEmpty()) kept.append(static_cast<UChar32>(' '));
    space = false;
    kept.append(point);
  }
  std::string tidy;
  kept.toUTF8String(tidy);
  return tidy;
}

bool HidesSigns(std::string_view text) {
  icu::UnicodeString input = Wide(text);
  for (int32_t i = 0; i < input.length();) {
    UChar32 point = input.char32At(i);
    i += U16_LENGTH(point);
    if (u_charType(point) == U_CONTROL_CHAR || TurnsDirection(point)) return true;
  }
  return false;
}

bool CanBeSeen(std::string_view text) {
  constexpr UChar32 kBlankBraille = 0x2800;
  icu::UnicodeString input = Wide(text);
  for (int32_t i = 0; i < input.length();) {
    UChar32 point = input.char32At(i);
    i += U16_LENGTH(point);
    const bool blank = point == kBlankBraille || u_isUWhiteSpace(point) != 0 || u_charType(point) == U_CONTROL_CHAR ||
                       u_hasBinaryProperty(point, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
    if (!blank) return true;
  }
  return false;
}

bool IsCountry(std::string_view code) {
  const char* const* all = uloc_getISOCountries();
  for (; *all != nullptr; ++all)
    if (code == *all) return true;
  return false;
}

}  // namespace vefa::text
