#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "services/contact/contact.h"

// The rules of merging: plain values, no I/O, no clock. A survivor has its own record, and shows beside it what was taken of the
// records that became a part of it. Whatever happens meanwhile happens to one of those records, so that undoing a merge is leaving
// one of them out.
namespace vefa::contact {

// What a survivor shows of a merged record, by name: a field of the contract, `tags.{tag}`, `attributes.{key}`, `points.{uuid}`.
using Taken = std::set<std::string, std::less<>>;

inline constexpr size_t kMergesMax = 100;  // Of one survivor, at a time.
inline constexpr int kMergeLevelsMax = 20;  // A part of a part of a part: nobody merges as deep as this.

struct Merge {
  Uuid id;
  Uuid survivor;
  Uuid merged;
  Taken taken;
  std::string actor;
  Time create_time{};
  std::string undo_actor;
  std::optional<Time> undo_time;  // Unset while they are one.
};

// A record that is a part of another, and what is shown of it.
struct Absorbed {
  Merge merge;
  Contact record;  // With its points.
};

// What somebody said about what to take; see MergeContactsRequest.
struct MergeChoice {
  std::vector<std::string> take;
  std::vector<std::string> leave;
};

// What `survivor`, as it is shown, takes of `merged`: what it lacks, and what `choice` says. Adds names that are no field
// to `violations`.
Taken TakenOf(const Contact& survivor, const Contact& merged, const MergeChoice& choice, std::vector<Violation>& violations);

// What a survivor shows. `absorbed` is in the order of the merges; a later one's field goes before an earlier one's.
Contact ViewOf(const Contact& own, std::span<const Absorbed> absorbed);

// Whose address is in use in what a survivor shows: none when it is its own, or nobody's.
const Absorbed* AddressOf(const Contact& view, const Contact& own, std::span<const Absorbed> absorbed, PointKind kind);

// Somebody changed what a survivor shows from `before` to `after`: what they changed is its own since, and no more taken. When an
// address comes or goes, the one in use is one of its own, unless another was chosen.
void FollowChange(const Contact& before, const Contact& after, Contact& own, std::span<Absorbed> absorbed);

}  // namespace vefa::contact
