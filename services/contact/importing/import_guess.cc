#include "services/contact/importing/import_guess.h"

#include <algorithm>
#include <functional>
#include <set>

#include "libs/base/text.h"
#include "libs/phone/phone.h"
#include "libs/text/name.h"
#include "services/contact/importing/import_values.h"

namespace vefa::contact {
namespace {

// Words of headings, as PlainWord has them.
constexpr std::pair<const char*, ImportField> kHeadings[] = {
    {"id", ImportField::kExternalId}, {"customer_id", ImportField::kExternalId}, {"customer_no", ImportField::kExternalId},
    {"customer_number", ImportField::kExternalId}, {"contact_id", ImportField::kExternalId}, {"uid", ImportField::kExternalId},
    {"musteri_no", ImportField::kExternalId}, {"musteri_numarasi", ImportField::kExternalId}, {"musteri_id", ImportField::kExternalId},
    {"musteri_kodu", ImportField::kExternalId}, {"cari_kod", ImportField::kExternalId}, {"uye_no", ImportField::kExternalId},
    {"name", ImportField::kDisplayName}, {"full_name", ImportField::kDisplayName}, {"fullname", ImportField::kDisplayName},
    {"fn", ImportField::kDisplayName}, {"customer_name", ImportField::kDisplayName}, {"ad_soyad", ImportField::kDisplayName},
    {"adi_soyadi", ImportField::kDisplayName}, {"ad_soyadi", ImportField::kDisplayName}, {"isim_soyisim", ImportField::kDisplayName},
    {"isim", ImportField::kDisplayName}, {"ad", ImportField::kDisplayName}, {"adi", ImportField::kDisplayName},
    {"musteri_adi", ImportField::kDisplayName},
    {"first_name", ImportField::kGivenName}, {"firstname", ImportField::kGivenName}, {"forename", ImportField::kGivenName},
    {"n_given", ImportField::kGivenName}, {"on_ad", ImportField::kGivenName},
    {"last_name", ImportField::kFamilyName}, {"lastname", ImportField::kFamilyName}, {"surname", ImportField::kFamilyName},
    {"n_family", ImportField::kFamilyName}, {"soyad", ImportField::kFamilyName}, {"soyadi", ImportField::kFamilyName},
    {"soyisim", ImportField::kFamilyName},
    {"e_mail", ImportField::kEmail}, {"mail", ImportField::kEmail}, {"email_address", ImportField::kEmail},
    {"e_mail_address", ImportField::kEmail}, {"eposta", ImportField::kEmail}, {"e_posta", ImportField::kEmail},
    {"e_posta_adresi", ImportField::kEmail}, {"eposta_adresi", ImportField::kEmail}, {"mail_adresi", ImportField::kEmail},
    {"phone_number", ImportField::kPhone}, {"telephone", ImportField::kPhone}, {"tel", ImportField::kPhone},
    {"mobile", ImportField::kPhone}, {"mobile_phone", ImportField::kPhone}, {"cell", ImportField::kPhone}, {"gsm", ImportField::kPhone},
    {"cep", ImportField::kPhone}, {"cep_telefonu", ImportField::kPhone}, {"cep_tel", ImportField::kPhone},
    {"telefon", ImportField::kPhone}, {"telefon_no", ImportField::kPhone}, {"telefon_numarasi", ImportField::kPhone},
    {"lang", ImportField::kLanguage}, {"locale", ImportField::kLanguage}, {"dil", ImportField::kLanguage},
    {"country_code", ImportField::kCountry}, {"ulke", ImportField::kCountry}, {"ulke_kodu", ImportField::kCountry},
    {"timezone", ImportField::kTimeZone}, {"tz", ImportField::kTimeZone}, {"saat_dilimi", ImportField::kTimeZone},
    {"kaynak", ImportField::kSource}, {"owner", ImportField::kOwner},
    {"tag", ImportField::kTags}, {"labels", ImportField::kTags}, {"categories", ImportField::kTags}, {"groups", ImportField::kTags},
    {"etiket", ImportField::kTags}, {"etiketler", ImportField::kTags},
    {"consent_date", ImportField::kConsentTime}, {"izin_tarihi", ImportField::kConsentTime}, {"onay_tarihi", ImportField::kConsentTime}};

constexpr const char* kConsentWords[] = {"consent", "permission", "izin", "izni", "onay", "onayi"};

// Whether `part` is in `word` as whole words.
bool HasWords(const std::string& word, const std::string& part) { return ("_" + word + "_").find("_" + part + "_") != std::string::npos; }

std::string ConsentByHeading(const std::string& word, const std::vector<std::string>& purposes) {
  if (std::none_of(std::begin(kConsentWords), std::end(kConsentWords), [&](const char* known) { return HasWords(word, known); })) return "";
  const char* channel = HasWords(word, "sms")                                                                    ? "sms"
                        : HasWords(word, "push")                                                                 ? "push"
                        : HasWords(word, "email") || HasWords(word, "e_mail") || HasWords(word, "eposta") || HasWords(word, "e_posta") ? "email"
                                                                                                                 : nullptr;
  if (channel == nullptr) return "";
  // Only a purpose that the heading names: what somebody agreed to is not guessed.
  for (const std::string& purpose : purposes)
    if (HasWords(word, PlainWord(purpose))) return "consents." + purpose + "." + channel;
  return "";
}

std::string ByHeading(const std::string& heading, const AttributeDefinitions& definitions, const std::vector<std::string>& purposes) {
  if (auto exact = ParseImportField(heading); exact && exact->field != ImportField::kNone)
    if (exact->field != ImportField::kAttribute || definitions.contains(exact->key)) return heading;
  const std::string word = PlainWord(heading);
  if (word.empty()) return "";
  if (auto plain = ParseImportField(word); plain && plain->field != ImportField::kNone) return word;
  for (const auto& [known, field] : kHeadings)
    if (word == known) return std::string(ImportFieldName(field));
  for (const auto& [key, definition] : definitions)
    if (!definition.archive_time && (word == key || word == PlainWord(definition.title))) return "attributes." + key;
  return ConsentByHeading(word, purposes);
}

bool LooksLikeName(std::string_view value) {
  const std::string word = PlainWord(value);
  const auto joints = std::count(word.begin(), word.end(), '_');
  return joints >= 1 && joints <= 4 && std::none_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         value.find('@') == value.npos;
}
bool LooksLikePhone(std::string_view value, const std::string& country) {
  const auto digits = std::count_if(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits >= 7 && digits <= 15 && phone::ToE164(value, country).has_value();
}

// Whether four of five of a column's values are such, and there is one.
bool MostAre(const google::protobuf::RepeatedPtrField<v1::ImportRecord>& records, int column, const std::function<bool(std::string_view)>& is) {
  int all = 0, such = 0;
  for (const v1::ImportRecord& record : records) {
    if (column >= record.values_size() || record.values(column).empty() || !IsUtf8(record.values(column))) continue;
    ++all;
    such += is(record.values(column)) ? 1 : 0;
  }
  return such > 0 && such * 5 >= all * 4;
}

std::string ByContent(const google::protobuf::RepeatedPtrField<v1::ImportRecord>& records, int column, const std::string& country) {
  auto most = [&](const std::function<bool(std::string_view)>& is) { return MostAre(records, column, is); };
  if (most([](std::string_view v) { return NormalEmail(v).has_value(); })) return "email";
  if (most([&](std::string_view v) { return LooksLikePhone(v, country); })) return "phone";
  if (most([](std::string_view v) { const std::string code = LanguageOf(v); return code == "tr" || code == "en"; })) return "language";
  if (most([](std::string_view v) { return text::IsCountry(CountryOf(v)); })) return "country";
  return most([](std::string_view v) { return LooksLikeName(v); }) ? "display_name" : "";
}

}  // namespace

std::vector<v1::ImportColumn> GuessColumns(std::vector<v1::ImportColumn> columns,
                                           const google::protobuf::RepeatedPtrField<v1::ImportRecord>& records,
                                           const AttributeDefinitions& definitions, const std::vector<std::string>& purposes,
                                           const std::string& country) {
  std::set<std::string> taken;
  for (const v1::ImportColumn& column : columns) taken.insert(column.field());
  auto give = [&](v1::ImportColumn& column, const std::string& field) {
    if (!field.empty() && taken.insert(field).second) column.set_field(field);
  };
  // Beside a family name, a name alone is the given one.
  const bool has_family = std::any_of(columns.begin(), columns.end(), [&](const v1::ImportColumn& column) {
    return column.field() == "family_name" || (column.field().empty() && ByHeading(column.column(), definitions, purposes) == "family_name");
  });
  for (v1::ImportColumn& column : columns) {
    if (!column.field().empty()) continue;
    const std::string word = PlainWord(column.column());
    const bool alone = word == "ad" || word == "adi" || word == "isim" || word == "name";
    give(column, alone && has_family ? "given_name" : ByHeading(column.column(), definitions, purposes));
  }
  const bool named = taken.contains("display_name") || taken.contains("given_name") || taken.contains("family_name");
  for (size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i].field().empty()) continue;
    const std::string field = ByContent(records, static_cast<int>(i), country);
    if (field != "display_name" || !named) give(columns[i], field);
  }
  for (v1::ImportColumn& column : columns)
    if (column.field() == "-") column.clear_field();
  return columns;
}

}  // namespace vefa::contact
