#include "services/interaction/timeline/timeline_events.h"

#include <algorithm>
#include <cctype>

#include "libs/events/handler.h"
#include "services/interaction/order/order.h"
#include "vefa/contact/v1/contact_events.pb.h"
#include "vefa/interaction/v1/interaction_events.pb.h"
#include "vefa/notification/v1/notification_events.pb.h"

namespace vefa::interaction {
namespace {

using contact::v1::ContactEvent;
using notification::v1::MessageInfo;
using notification::v1::NotificationEvent;
using MaybeEntry = std::optional<TimelineEntry>;

// A fact is small or left out.
void AddFact(TimelineEntry& entry, const char* name, const std::string& value) {
  if (!value.empty()) entry.facts[name] = value;
}

// `EMAIL` of CHANNEL_EMAIL.
std::string ChannelName(contact::v1::Channel channel) {
  constexpr std::string_view kPrefix = "CHANNEL_";
  const std::string& name = contact::v1::Channel_Name(channel);
  return name.starts_with(kPrefix) && channel != contact::v1::CHANNEL_UNSPECIFIED ? name.substr(kPrefix.size()) : "";
}

// An entry with what every event gives it.
TimelineEntry Begin(const events::Event& event, EntryKind kind) {
  TimelineEntry entry;
  entry.tenant = event.tenant;
  entry.id = TimelineId(event.tenant, event.type, event.id.ToString(), event.occur_time);
  entry.kind = kind;
  entry.occur_time = event.occur_time;
  entry.record_time = event.record_time;
  entry.subject = event.subject;
  return entry;
}

Result<MaybeEntry> FromConsent(const events::Event& event, EntryKind kind, const contact::v1::ConsentTerms& terms) {
  TimelineEntry entry = Begin(event, kind);
  VEFA_TRY(entry.contact, ParseResourceName("contacts", event.subject));
  AddFact(entry, "purpose", terms.purpose());
  AddFact(entry, "channel", ChannelName(terms.channel()));
  AddFact(entry, "source", terms.source());
  return MaybeEntry(std::move(entry));
}

Result<MaybeEntry> FromContactEvent(const events::Event& event) {
  ContactEvent proto;
  if (!proto.ParseFromString(event.payload)) return events::PayloadMalformed();
  if (event.type == "consent.granted" && proto.has_consent_granted())
    return FromConsent(event, EntryKind::kConsentGranted, proto.consent_granted().terms());
  if (event.type == "consent.withdrawn" && proto.has_consent_withdrawn())
    return FromConsent(event, EntryKind::kConsentWithdrawn, proto.consent_withdrawn().terms());
  bool is_erased = event.type == "contact.erased" && proto.has_erased();
  if (!is_erased && (event.type != "contact.created" || !proto.has_created())) return events::PayloadMalformed();
  TimelineEntry entry = Begin(event, is_erased ? EntryKind::kContactErased : EntryKind::kContactCreated);
  VEFA_TRY(entry.contact, ParseResourceName("contacts", event.subject));
  if (is_erased) AddFact(entry, "reason", proto.erased().reason());
  if (!is_erased) AddFact(entry, "source", proto.created().state().source());
  return MaybeEntry(std::move(entry));
}

Result<MaybeEntry> FromMerge(const events::Event& event) {
  ContactEvent proto;
  if (!proto.ParseFromString(event.payload) || !(event.type == "contact.merged" ? proto.has_merged() : proto.has_unmerged()))
    return events::PayloadMalformed();
  TimelineEntry entry = Begin(event, proto.has_merged() ? EntryKind::kContactMerged : EntryKind::kContactUnmerged);
  VEFA_TRY(entry.contact, ParseResourceName("contacts", event.subject));
  AddFact(entry, "survivor", proto.has_merged() ? proto.merged().survivor() : proto.unmerged().survivor());
  return MaybeEntry(std::move(entry));
}

Result<MaybeEntry> FromOrderPlaced(const events::Event& event) {
  v1::InteractionEvent proto;
  if (!proto.ParseFromString(event.payload) || !proto.has_order_placed()) return events::PayloadMalformed();
  const v1::OrderPlaced& order = proto.order_placed();
  auto total = Hundredths(order.total().units(), order.total().nanos());
  if (!total) return events::PayloadMalformed();
  TimelineEntry entry = Begin(event, EntryKind::kOrder);
  VEFA_TRY(entry.contact, ParseResourceName("contacts", order.contact()));
  AddFact(entry, "total", DecimalText(*total));
  AddFact(entry, "currency", order.total().currency_code());
  AddFact(entry, "item_count", std::to_string(order.item_count()));
  return MaybeEntry(std::move(entry));
}

Result<MaybeEntry> FromMessage(const events::Event& event, EntryKind kind, const MessageInfo& message,
                               const std::string& reason, const std::string& reply) {
  TimelineEntry entry = Begin(event, kind);
  VEFA_TRY(entry.contact, ParseResourceName("contacts", message.contact()));
  AddFact(entry, message.originator().starts_with("campaigns/") ? "campaign" : "originator", message.originator());
  AddFact(entry, "purpose", message.purpose());
  AddFact(entry, "channel", ChannelName(message.channel()));
  AddFact(entry, "reason", reason);
  AddFact(entry, "reply", reply);
  return MaybeEntry(std::move(entry));
}

// A message that was given up, by a reason of ours at the last moment or by a server's reply.
Result<MaybeEntry> FromFailed(const events::Event& event, const notification::v1::MessageFailed& failed) {
  const std::string& code = failed.reply_code();
  bool is_reply = !code.empty() && std::isdigit(static_cast<unsigned char>(code.front())) != 0;
  return FromMessage(event, EntryKind::kMessageFailed, failed.message(), is_reply ? "" : code, is_reply ? code : "");
}

Result<MaybeEntry> FromNotificationEvent(const events::Event& event) {
  NotificationEvent proto;
  if (!proto.ParseFromString(event.payload)) return events::PayloadMalformed();
  switch (proto.kind_case()) {
    case NotificationEvent::kAccepted:
      return FromMessage(event, EntryKind::kMessageAccepted, proto.accepted().message(), "", "");
    case NotificationEvent::kRefused:
      return FromMessage(event, EntryKind::kMessageRefused, proto.refused().message(), proto.refused().reason(), "");
    case NotificationEvent::kDelivered:
      return FromMessage(event, EntryKind::kMessageDelivered, proto.delivered().message(), "",
                         proto.delivered().reply_code());
    case NotificationEvent::kBounced:
      return FromMessage(event, EntryKind::kMessageBounced, proto.bounced().message(), "",
                         proto.bounced().reply_code());
    case NotificationEvent::kFailed:
      return FromFailed(event, proto.failed());
    case NotificationEvent::kUnknown:
      return FromMessage(event, EntryKind::kMessageUnknown, proto.unknown().message(), "", "");
    case NotificationEvent::kUnsubscribed:
      return FromMessage(event, EntryKind::kUnsubscribed, proto.unsubscribed().message(), "", "");
    default:
      return events::PayloadMalformed();
  }
}

bool IsOneOf(const std::string& type, std::initializer_list<const char*> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

}  // namespace

Result<std::optional<TimelineEntry>> ToEntry(const events::Event& event) {
  if (event.type == "order.placed") return FromOrderPlaced(event);
  if (IsOneOf(event.type, {"contact.created", "consent.granted", "consent.withdrawn", "contact.erased"}))
    return FromContactEvent(event);
  if (IsOneOf(event.type, {"contact.merged", "contact.unmerged"})) return FromMerge(event);
  if (IsOneOf(event.type, {"message.accepted", "message.refused", "message.delivered", "message.bounced",
                           "message.failed", "message.unknown", "message.unsubscribed"}))
    return FromNotificationEvent(event);
  return MaybeEntry();
}

}  // namespace vefa::interaction
