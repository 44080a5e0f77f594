#pragma once

#include <string>
#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/search/search_words.h"

// Finding contacts by what somebody typed: whole words, the beginnings of words, and words with a typo, over name,
// address and external id. Every step is bounded, so a word of everybody costs no more than one of a thousand people.
namespace vefa::contact {

// The most contacts a search finds: whoever wants others types another letter.
inline constexpr int kFoundMax = 1000;

// A contact that was found. The less the rank, the better: 0 is the very external id or address; then names that begin
// with what was typed before others, whole words before beginnings before typos.
struct Found {
  int rank = 0;
  std::string name_key;
  Uuid id;
  auto operator<=>(const Found&) const = default;
};

// Best first, and by name among equals; kFoundMax at most. Contacts whose words are not indexed yet are found by their
// external id and address, and by their words while they are among the hundred made last. Nothing for a query without
// letters and digits.
Result<std::vector<Found>> SearchContacts(postgres::Database& database, const Uuid& tenant, const std::string& query,
                                          Deadline deadline);

}  // namespace vefa::contact
