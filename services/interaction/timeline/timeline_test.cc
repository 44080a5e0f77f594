#include "services/interaction/timeline/timeline.h"

#include <gtest/gtest.h>

#include "libs/base/text.h"
#include "services/interaction/timeline/timeline_events.h"
#include "services/interaction/timeline/timeline_proto.h"
#include "vefa/contact/v1/contact_events.pb.h"
#include "vefa/interaction/v1/interaction_events.pb.h"
#include "vefa/notification/v1/notification_events.pb.h"

namespace vefa::interaction {
namespace {

using Facts = std::map<std::string, std::string>;

const Uuid kTenant = *Uuid::Parse("0191e5f0-0000-7000-8000-000000000001");
const Uuid kOther = *Uuid::Parse("0191e5f0-0000-7000-8000-000000000002");
const std::string kContact = "contacts/0191e5f0-0000-7000-8000-0123456789ab";
const std::string kMessage = "messages/0191e5f0-0000-7000-8000-00000000beef";

events::Event Happened(const std::string& type, const std::string& subject, const google::protobuf::Message& payload) {
  events::Event event;
  event.id = *Uuid::Parse("0191e5f0-0000-7000-8000-00000000cafe");
  event.type = type;
  event.subject = subject;
  event.tenant = kTenant;
  event.occur_time = *ParseTime("1997-05-01T10:00:00Z");
  event.record_time = *ParseTime("2026-01-15T12:00:00Z");
  event.payload = payload.SerializeAsString();
  return event;
}

void ExpectEntry(const events::Event& event, EntryKind kind, const Facts& facts) {
  auto entry = ToEntry(event);
  ASSERT_TRUE(entry.ok()) << event.type;
  ASSERT_TRUE(entry->has_value()) << event.type;
  EXPECT_EQ((*entry)->kind, kind) << event.type;
  EXPECT_EQ((*entry)->facts, facts) << event.type;
  EXPECT_EQ(ResourceName("contacts", (*entry)->contact), kContact);
  EXPECT_EQ((*entry)->tenant, kTenant);
  EXPECT_EQ((*entry)->subject, event.subject);
  EXPECT_EQ((*entry)->occur_time, event.occur_time);
  EXPECT_EQ((*entry)->record_time, event.record_time);
}

void Fill(notification::v1::MessageInfo* info) {
  info->set_message(kMessage);
  info->set_contact(kContact);
  info->set_originator("campaigns/win-back");
  info->set_purpose("win-back");
  info->set_channel(contact::v1::CHANNEL_EMAIL);
}

Facts MessageFacts(Facts more = {}) {
  more.insert({{"campaign", "campaigns/win-back"}, {"purpose", "win-back"}, {"channel", "EMAIL"}});
  return more;
}

TEST(TimelineIdTest, SortsByBusinessTimeAndKnowsItsSource) {
  Time early = *ParseTime("1997-01-01");
  Uuid first = TimelineId(kTenant, "order.placed", "a", early);
  EXPECT_EQ(first, TimelineId(kTenant, "order.placed", "a", early));
  EXPECT_NE(first, TimelineId(kTenant, "order.placed", "b", early));
  EXPECT_NE(first, TimelineId(kTenant, "order.place", "da", early));
  EXPECT_NE(first, TimelineId(kOther, "order.placed", "a", early));
  EXPECT_LT(first, TimelineId(kTenant, "order.placed", "b", early + std::chrono::milliseconds(1)));
  EXPECT_EQ(first.bytes[6] >> 4, 8);
  // Before 1970 there is no room below.
  EXPECT_LT(TimelineId(kTenant, "order.placed", "c", *ParseTime("1960-01-01")), first);
}

TEST(TimelineEventsTest, ContactEventsStandOnTheirContact) {
  contact::v1::ContactEvent event;
  event.mutable_created()->mutable_state()->set_source("cdnow");
  ExpectEntry(Happened("contact.created", kContact, event), EntryKind::kContactCreated, {{"source", "cdnow"}});
  contact::v1::ConsentTerms terms;
  terms.set_purpose("win-back");
  terms.set_channel(contact::v1::CHANNEL_EMAIL);
  terms.set_source("checkout");
  Facts facts{{"purpose", "win-back"}, {"channel", "EMAIL"}, {"source", "checkout"}};
  *event.mutable_consent_granted()->mutable_terms() = terms;
  ExpectEntry(Happened("consent.granted", kContact, event), EntryKind::kConsentGranted, facts);
  *event.mutable_consent_withdrawn()->mutable_terms() = terms;
  ExpectEntry(Happened("consent.withdrawn", kContact, event), EntryKind::kConsentWithdrawn, facts);
  event.mutable_erased()->set_reason("DATA_SUBJECT_REQUEST");
  ExpectEntry(Happened("contact.erased", kContact, event), EntryKind::kContactErased, {{"reason", "DATA_SUBJECT_REQUEST"}});
}

TEST(TimelineEventsTest, AnOrderSaysWhatWasPaid) {
  v1::InteractionEvent event;
  event.mutable_order_placed()->set_contact(kContact);
  event.mutable_order_placed()->mutable_total()->set_currency_code("USD");
  event.mutable_order_placed()->mutable_total()->set_units(12);
  event.mutable_order_placed()->mutable_total()->set_nanos(770'000'000);
  event.mutable_order_placed()->set_item_count(2);
  ExpectEntry(Happened("order.placed", "orders/0191e5f0-0000-7000-8000-000000000007", event), EntryKind::kOrder,
              {{"total", "12.77"}, {"currency", "USD"}, {"item_count", "2"}});
}

TEST(TimelineEventsTest, MessagesSayWhatBecameOfThem) {
  notification::v1::NotificationEvent event;
  Fill(event.mutable_accepted()->mutable_message());
  ExpectEntry(Happened("message.accepted", kMessage, event), EntryKind::kMessageAccepted, MessageFacts());
  Fill(event.mutable_refused()->mutable_message());
  event.mutable_refused()->set_reason("NO_CONSENT");
  ExpectEntry(Happened("message.refused", kMessage, event), EntryKind::kMessageRefused,
              MessageFacts({{"reason", "NO_CONSENT"}}));
  Fill(event.mutable_delivered()->mutable_message());
  event.mutable_delivered()->set_reply_code("250 2.0.0");
  ExpectEntry(Happened("message.delivered", kMessage, event), EntryKind::kMessageDelivered,
              MessageFacts({{"reply", "250 2.0.0"}}));
  Fill(event.mutable_bounced()->mutable_message());
  event.mutable_bounced()->set_reply_code("550 5.1.1");
  ExpectEntry(Happened("message.bounced", kMessage, event), EntryKind::kMessageBounced,
              MessageFacts({{"reply", "550 5.1.1"}}));
  Fill(event.mutable_unknown()->mutable_message());
  ExpectEntry(Happened("message.unknown", kMessage, event), EntryKind::kMessageUnknown, MessageFacts());
  Fill(event.mutable_unsubscribed()->mutable_message());
  ExpectEntry(Happened("message.unsubscribed", kMessage, event), EntryKind::kUnsubscribed, MessageFacts());
}

TEST(TimelineEventsTest, AMessageGivenUpSaysWhy) {
  notification::v1::NotificationEvent event;
  Fill(event.mutable_failed()->mutable_message());
  event.mutable_failed()->set_reply_code("CONSENT_WITHDRAWN");
  ExpectEntry(Happened("message.failed", kMessage, event), EntryKind::kMessageFailed,
              MessageFacts({{"reason", "CONSENT_WITHDRAWN"}}));
  event.mutable_failed()->set_reply_code("451 4.3.0");
  ExpectEntry(Happened("message.failed", kMessage, event), EntryKind::kMessageFailed,
              MessageFacts({{"reply", "451 4.3.0"}}));
}

TEST(TimelineEventsTest, WhatIsUnknownIsLeftAloneAndWhatIsBrokenIsNamed) {
  notification::v1::NotificationEvent empty;
  for (const char* type : {"contact.updated", "score.changed", "model.fitted", "suppression.added", "message.opened"})
    EXPECT_FALSE(ToEntry(Happened(type, kContact, empty))->has_value()) << type;
  for (const char* type : {"contact.created", "contact.erased", "consent.granted", "order.placed", "message.refused"})
    EXPECT_EQ(ToEntry(Happened(type, kContact, empty)).error().reason, "EVENT_MALFORMED") << type;
  contact::v1::ContactEvent created;
  created.mutable_created();
  EXPECT_EQ(ToEntry(Happened("contact.created", "contacts/42", created)).error().reason, "NAME_SYNTAX");
}

TEST(TimelineFactsTest, SurviveTheirWayThroughJson) {
  for (const Facts& facts : {Facts{}, Facts{{"reply", "550 5.1.1 \"no\" \\ \n\x01"}, {"source", "çarşı"}}})
    EXPECT_EQ(*FactsFromJson(FactsToJson(facts)), facts);
  EXPECT_EQ(FactsFromJson("[1]").error().reason, "FACTS_MALFORMED");
}

}  // namespace
}  // namespace vefa::interaction
