#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/contact/contact.h"
#include "vefa/contact/v1/import.pb.h"

// The rules of imports: plain values, no I/O, no clock.
namespace vefa::contact {

inline constexpr int kImportColumnsMax = 1000;
inline constexpr int kImportChunkMax = 500;     // Records.
inline constexpr int kImportPreviewMax = 100;   // Records.

// What a column holds.
enum class ImportField {
  kNone, kExternalId, kDisplayName, kGivenName, kFamilyName, kEmail, kPhone, kLanguage, kCountry, kTimeZone, kSource, kOwner, kTags,
  kAttribute, kConsent, kConsentTime
};

// The name of a field as ImportColumn has it, taken apart.
struct ImportTarget {
  ImportField field = ImportField::kNone;
  std::string key;  // Of an attribute, or the purpose of a consent.
  Channel channel = Channel::kNone;
};
// Nullopt when it is no such name. An empty name and `-` are kNone.
std::optional<ImportTarget> ParseImportField(std::string_view name);
// The name of a field that has neither key nor channel, for example `display_name`.
std::string_view ImportFieldName(ImportField field);

using ImportMatch = v1::Import::Match;
using ImportPolicy = v1::Import::Policy;

// How the records of one import are read.
struct ImportPlan {
  std::vector<ImportTarget> columns;  // As the values of a record.
  std::vector<std::string> names;     // Of their fields.
  ImportMatch match = v1::Import::MATCH_EXTERNAL_ID;
  ImportPolicy policy = v1::Import::POLICY_FILL;
  std::string default_country;
  std::string source;
  std::string actor;
  Time consent_time{};  // Of consents whose record has none.
};

// The plan of an import as it was said, and every rule it breaks under `prefix`: unknown fields, fields said twice, attributes that are
// not defined, nothing to match by.
ImportPlan ReadImportPlan(const v1::Import& import, const AttributeDefinitions& definitions, std::string_view prefix,
                          std::vector<Violation>& violations);

// What one record says, in stored form; what it leaves unsaid is empty.
struct ImportedRecord {
  int64_t line = 0;
  Contact said;
  std::vector<Consent> consents;
  std::vector<v1::ImportProblem> problems;  // Set: it is refused.
};
ImportedRecord ReadImportRecord(const v1::ImportRecord& record, const ImportPlan& plan, const AttributeDefinitions& definitions, Time now);

// Brings a record's words to a person that is known, by the policy. Who was found by an address keeps the primary one.
void ApplyImport(const Contact& said, ImportMatch match, ImportPolicy policy, Contact& contact);

// What a record of somebody new is refused for; nothing when it can be made. `fallback_id` is the external id of who has none.
std::optional<v1::ImportProblem> CompleteNew(const ImportedRecord& record, const ImportPlan& plan, const std::string& fallback_id,
                                             Contact& contact);

// By what a record's person is found; empty: it does not say.
std::string MatchKeyOf(const Contact& said, ImportMatch match);

v1::ImportProblem MakeProblem(int64_t line, std::string field, std::string reason, std::string message);

}  // namespace vefa::contact
