#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/rating/rating.h"

// The SQL of what came of rating contacts.
namespace vefa::contact {

// Of contact and definition's code.
using Scores = std::map<std::pair<Uuid, std::string>, CountedScore>;

struct StoredPersona {
  std::string persona;
  bool is_primary = false;
  Time match_time{};
};
using Personas = std::map<Uuid, std::vector<StoredPersona>>;  // The primary one first.

// The stages of those of these contacts that are rated: neither erased nor a part of another. Nobody else changes them until the transaction ends.
Result<std::map<Uuid, LifecycleStage>> HoldRated(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts);
// Those of these whose stage was not set by a rule, and that since `since`.
Result<std::vector<Uuid>> SetByHand(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts, Time since);

// The weights of a contact's signals for each rule that asks for them, halved once per half-life; of what the person is not interested in
// none. Of (contact, position in `asked`).
using Weights = std::map<std::pair<Uuid, size_t>, double>;
Result<Weights> WeighSignals(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<v1::ScoreSignals>& asked,
                             const std::vector<Uuid>& contacts, Time now);

Result<Scores> ReadScores(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts);
Status WriteScores(postgres::Transaction& transaction, const Uuid& tenant, const Scores& scores, Time now);
Status DropScores(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<std::pair<Uuid, std::string>>& keys);

Result<Personas> ReadPersonas(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts);
// Makes the personas of these contacts what is given; a contact without any has none.
Status WritePersonas(postgres::Transaction& transaction, const Uuid& tenant, const Personas& personas);

// A score as it is shown, with whose and by what.
struct ShownScore {
  Uuid contact;
  std::string definition;
  CountedScore counted;
  Time count_time{};
};
// Nullopt when there is no such contact.
Result<std::optional<std::vector<ShownScore>>> ScoresOf(postgres::Database& database, const Uuid& tenant, const Uuid& contact, Deadline deadline);
Result<std::optional<std::vector<StoredPersona>>> PersonasOf(postgres::Database& database, const Uuid& tenant, const Uuid& contact,
                                                             Deadline deadline);
struct ScorePage {
  std::string definition, grade;                  // Any grade when it is empty.
  std::optional<std::pair<double, Uuid>> after;   // Of the last row.
  int size = 50;
};
Result<std::vector<ShownScore>> ListScored(postgres::Database& database, const Uuid& tenant, const ScorePage& page, Deadline deadline);

// Forgets how an erased person was rated, and since when they were a customer.
std::vector<postgres::Call> ForgetRatingsCalls(const Uuid& tenant, const Uuid& contact);

}  // namespace vefa::contact
