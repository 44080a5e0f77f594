#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/purpose/purpose.h"

// The SQL of purposes. Every write appends its event in the same statement.
namespace vefa::contact {

// The title of a row `p` of `purpose` in a language, both SQL.
#define PURPOSE_TITLE(p, language) \
  "coalesce(CASE " language " WHEN 'tr' THEN nullif(" p ".title_tr, '') WHEN 'en' THEN nullif(" p ".title_en, '') END, " p ".title)"

// How a purpose is named: by its id or by its code.
struct PurposeKey {
  Uuid id;           // Nil: by the code.
  std::string code;
};
// `purposes/{uuid}` or `purposes/{code}`. INVALID_ARGUMENT `NAME_SYNTAX`.
Result<PurposeKey> ParsePurposeName(const std::string& name);

// As stored. ALREADY_EXISTS `PURPOSE_CODE_TAKEN`.
Result<Purpose> InsertPurpose(postgres::Transaction& transaction, const Uuid& tenant, Purpose purpose, const Clock& clock);
// NOT_FOUND `PURPOSE_NOT_FOUND`. With `hold` nobody else changes it until the transaction ends.
Result<Purpose> FindPurpose(postgres::Transaction& transaction, const Uuid& tenant, const PurposeKey& key, bool hold);
// `purpose` is held, and as it is to be but for its version; as stored.
Result<Purpose> ChangePurpose(postgres::Transaction& transaction, const Uuid& tenant, Purpose purpose, const Clock& clock);
// The next text of a purpose that is held; as stored.
Result<PurposeText> InsertPurposeText(postgres::Transaction& transaction, const Uuid& tenant, const Purpose& purpose, PurposeText text,
                                      const Clock& clock);

// By code, after `code`, at most `size`.
Result<std::vector<Purpose>> ReadPurposes(postgres::Database& database, const Uuid& tenant, const std::string& code, int size, Deadline deadline);
// Newest first, before this version, at most `size`.
Result<std::vector<PurposeText>> ReadPurposeTexts(postgres::Database& database, const Uuid& tenant, const Uuid& purpose, int32_t before,
                                                  int size, Deadline deadline);
// Codes that sealed consents name and nobody declared, with the time of the first; at most 1,000.
Result<std::vector<std::pair<std::string, Time>>> ReadUndeclared(postgres::Database& database, const Uuid& tenant, Deadline deadline);

// A text that a consent names.
struct NamedText {
  std::string purpose;
  int32_t text_version = 0;
};
// Which of these, by position, are texts that a declared purpose does not have; those of other purposes may be anything.
Result<std::vector<size_t>> FindUnknownTexts(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<NamedText>& texts);

}  // namespace vefa::contact
