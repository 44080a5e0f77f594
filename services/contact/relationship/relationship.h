#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/personal.h"
#include "libs/base/result.h"
#include "services/contact/party/party.h"

// The rules of relationships and of who answers for them: plain values, no I/O, no clock.
namespace vefa::contact {

enum class RelationshipStatus : int16_t { kNone = 0, kProposed = 1, kActive = 2, kPaused = 3, kEnded = 4 };

// What one party is to another.
struct Relationship {
  Uuid id;
  Party from;
  Party to;
  int16_t type = 0;  // Number of the contract's RelationshipType.
  RelationshipStatus status = RelationshipStatus::kProposed;
  std::string tier;  // A code.
  Uuid manager;      // Nil: nobody.
  std::optional<int32_t> start_day;
  std::optional<int32_t> end_day;
  std::string close_reason;
  bool unaccountable = false;
  int64_t version = 0;
  Time create_time{};
  Time update_time{};

  bool operator==(const Relationship&) const = default;
};

enum class ResponsibilityRole : int16_t { kNone = 0, kAccountable = 1, kResponsible = 2, kConsulted = 3, kInformed = 4 };

// That a user has, or had, a role for a relationship.
struct Responsibility {
  Uuid id;
  Uuid relationship;
  Uuid user;
  ResponsibilityRole role = ResponsibilityRole::kNone;
  Time from_time{};
  std::optional<Time> to_time;  // None: it lasts.
  Personal<std::string> note;
};

// Adds every broken rule of a relationship, its field under `prefix`, to `violations`.
void Normalise(const Relationship& relationship, std::string_view prefix, std::vector<Violation>& violations);
// Brings a hand-over note to its stored form, as above.
void NormaliseNote(Personal<std::string>& note, std::string_view field, std::vector<Violation>& violations);

// Whether a status may follow another by an update. FAILED_PRECONDITION `STATUS_TRANSITION`.
Status CheckTransition(RelationshipStatus before, RelationshipStatus after);

// What a change of a relationship, or of who is accountable for it (nil: nobody), means for its accountability.
enum class AccountabilityTurn { kNone, kLost, kRestored };
// Sets `after.unaccountable` and says what turned, against what it was before.
AccountabilityTurn SettleAccountability(bool unaccountable_before, const Uuid& accountable, Relationship& after);

}  // namespace vefa::contact
