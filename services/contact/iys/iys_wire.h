#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/contact/iys/iys_registry.h"

// The bodies of IYS's interface. Pure. As its public pages describe them (dev.iys.org.tr, read 2026-11-27); to be confirmed against the
// documentation that a provider gets with its account.
namespace vefa::contact::iys_wire {

// `2026-03-20 09:30:00`; IYS counts every time as UTC+3.
std::string TimeText(Time time);
std::optional<Time> ParseTime(std::string_view text);

std::string SignInBody(std::string_view username, std::string_view password);
// The access token; DATA_LOSS `IYS_ANSWER_UNCLEAR`, as all below.
Result<std::string> ReadToken(std::string_view body);

std::string BatchBody(const std::vector<IysConsent>& consents);
Result<std::string> ReadRequestId(std::string_view body);
// In the order of the batch; what the answer does not mention is queued.
Result<std::vector<IysOutcome>> ReadOutcomes(std::string_view body, size_t count);

std::string StatusBody(std::string_view recipient, IysRecipient type, Channel channel);
Result<IysConsent> ReadConsent(std::string_view body);
// Changes of kinds that are none of ours, calls for example, are left out.
Result<IysChanges> ReadChanges(std::string_view body);
// The first of an answer's errors, `H155` and what it says; both empty when there is none.
std::pair<std::string, std::string> ReadError(std::string_view body);

}  // namespace vefa::contact::iys_wire
