#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/personal.h"
#include "libs/base/result.h"

// The rules of organisations: plain values, no I/O, no clock.
namespace vefa::contact {

// Levels of a tree from its root to its lowest leaf.
inline constexpr int kTreeLevelsMax = 32;
// Organisations below one that is moved: more are not moved at once.
inline constexpr int kTreeMovedMax = 10'000;
// Organisations below one that are shown.
inline constexpr int kTreeShownMax = 1'000;

enum class OrganizationState : int16_t { kNone = 0, kActive = 1, kArchived = 2 };

// A party that is no person; a sole trader's names and numbers are personal all the same.
struct Organization {
  Uuid id;
  Personal<std::string> external_id;  // Empty: none.
  Personal<std::string> legal_name;
  Personal<std::string> brand_name;
  Personal<std::string> tax_no;
  Personal<std::string> mersis_no;
  Personal<std::string> trade_registry_no;
  bool is_merchant = false;
  std::string industry;
  int16_t size = 0;     // Number of the contract's OrganizationSize.
  std::string country;  // Two capital letters, or empty.
  Uuid parent;          // Nil: none.
  OrganizationState state = OrganizationState::kActive;
  int64_t version = 0;
  Time create_time{};
  Time update_time{};

  bool operator==(const Organization&) const = default;
};

// Brings an organisation to its stored form (trimmed, spaces in numbers left out) and adds every broken rule, its
// field under `prefix`, to `violations`.
void Normalise(Organization& organization, std::string_view prefix, std::vector<Violation>& violations);

// Whether an organisation may stand below another: `above` are the ids from the new parent up to its root, `levels_below`
// how many levels the organisation is high, itself included. FAILED_PRECONDITION `TREE_CYCLE`, `TREE_TOO_DEEP`.
Status CheckPlace(const Uuid& organization, const std::vector<Uuid>& above, int levels_below);

}  // namespace vefa::contact
