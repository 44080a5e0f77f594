#pragma once

#include <string>

#include "libs/events/event.h"
#include "services/notification/notification.h"

// Between the notification domain and its events. Nothing personal leaves through here.
namespace vefa::notification {

// Who publishes, and as what.
events::Source NotificationSource();

inline constexpr char kAcceptedType[] = "message.accepted";
inline constexpr char kRefusedType[] = "message.refused";
inline constexpr char kUnsubscribedType[] = "message.unsubscribed";
inline constexpr char kSuppressionAddedType[] = "suppression.added";

// Accepted or refused, by the refusal.
std::string DecisionPayload(const MessageInfo& info, Refusal refusal);
const char* DecisionType(Refusal refusal);

// The event of a final state; kDeferred, kAccepted and kRefused have none.
std::string OutcomePayload(const MessageInfo& info, MessageState state, const std::string& reply_code);
const char* OutcomeType(MessageState state);

std::string UnsubscribedPayload(const MessageInfo& info);
std::string SuppressionPayload(const Suppression& suppression);
std::string LiftedPayload(const Uuid& contact, short channel, const std::string& purpose);
const char* SuppressionReasonName(SuppressionReason reason);

}  // namespace vefa::notification
