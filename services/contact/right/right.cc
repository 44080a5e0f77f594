#include "services/contact/right/right.h"

#include <algorithm>

#include "services/contact/party/party.h"
#include "services/contact/right/right_profile.h"

namespace vefa::contact {
namespace {

constexpr size_t kRightNoteMax = 2000;  // characters
constexpr int16_t kIntakesEnd = 7;

struct AllowedStep {
  RightState from, to;
};
constexpr AllowedStep kAllowedSteps[] = {
    {RightState::kReceived, RightState::kIdentityCheck},   {RightState::kReceived, RightState::kInProgress},
    {RightState::kReceived, RightState::kRejected},        {RightState::kReceived, RightState::kWithdrawn},
    {RightState::kIdentityCheck, RightState::kInProgress}, {RightState::kIdentityCheck, RightState::kRejected},
    {RightState::kIdentityCheck, RightState::kWithdrawn},  {RightState::kInProgress, RightState::kFulfilled},
    {RightState::kInProgress, RightState::kRejected},      {RightState::kInProgress, RightState::kWithdrawn},
};

bool OnlyStops(RightKind kind) { return kind == RightKind::kRestriction || kind == RightKind::kObjection; }

Error NoExtension(const char* reason, const char* message) { return {Code::kFailedPrecondition, reason, message}; }

}  // namespace

bool IsEnd(RightState state) {
  return state == RightState::kFulfilled || state == RightState::kRejected || state == RightState::kWithdrawn;
}

bool MayStep(RightKind kind, RightState from, RightState to) {
  if (OnlyStops(kind) && !IsEnd(from) && to == RightState::kFulfilled) return true;
  return std::ranges::any_of(kAllowedSteps, [&](const AllowedStep& step) { return step.from == from && step.to == to; });
}

void Normalise(RightsRequest& request, Time now, std::vector<Violation>& violations) {
  FieldRules rules("rights_request.", violations);
  rules.That(request.kind >= RightKind::kAccess && request.kind <= RightKind::kErasure, "kind", "REQUIRED",
             "Give a right, for example RIGHT_KIND_ACCESS.");
  rules.That(request.intake > 0 && request.intake < kIntakesEnd, "intake", "REQUIRED", "Say how it came in, for example INTAKE_EMAIL.");
  rules.That(request.receive_time <= now, "receive_time", "IN_THE_FUTURE", "Give when it came in, which is not later than now.");
  std::string note = request.note.Reveal();
  rules.Text(note, "note", kRightNoteMax, true);
  request.note = std::move(note);
  rules.That(request.purposes.empty() || request.kind == RightKind::kObjection, "purposes", "NOT_AN_OBJECTION",
             "Name purposes of an objection only.");
  rules.That(request.purposes.size() <= kRightPurposesMax, "purposes", "TOO_MANY", "Name at most 50 purposes, or none for every one.");
  rules.That(std::ranges::all_of(request.purposes, [](const std::string& code) { return IsSlug(code); }), "purposes",
             "PURPOSE_SYNTAX", "Give purposes by their codes, for example win-back.");
  std::ranges::sort(request.purposes);
  const auto twins = std::ranges::unique(request.purposes);
  request.purposes.erase(twins.begin(), twins.end());
}

Result<Time> Extended(const RightsRequest& request, Time told) {
  if (IsEnd(request.state)) return NoExtension("RIGHTS_STEP", "The request came to its end.");
  if (request.extend_time) return NoExtension("EXTENSION_USED", "The request was extended before; it can be once.");
  const RightProfile* profile = FindRightProfile(request.profile, request.profile_version);
  if (profile == nullptr || (profile->extension_months == 0 && profile->extension_days == 0))
    return NoExtension("EXTENSION_NONE", "The law of this request's profile knows no longer time; answer by the due time.");
  if (told >= request.due_time)
    return NoExtension("EXTENSION_LATE", "Whoever is told after the due time is told too late; answer now.");
  return DueTime(*profile, request.receive_time, true);
}

}  // namespace vefa::contact
