#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "libs/testing/engines.h"
#include "libs/testing/soon.h"
#include "services/campaign/campaign/outcome_handler.h"
#include "services/campaign/projection/projection.h"
#include "vefa/campaign/v1/campaign.pb.h"
#include "vefa/contact/v1/contact_events.pb.h"
#include "vefa/interaction/v1/interaction_events.pb.h"
#include "vefa/notification/v1/notification_events.pb.h"

std::vector<vefa::postgres::Migration> vefa_campaign_migrations();

// What the engine tests of this service share: a database, and events as the other services send them.
namespace vefa::campaign {

class EngineTest : public ::testing::Test {
 protected:
  events::Event Wrap(const std::string& type, const std::string& subject, const std::string& payload, Time at) {
    events::Event event;
    event.id = NewUuidV7(clock_);
    event.type = type;
    event.subject = subject;
    event.aggregate_version = ++versions_[subject];
    event.tenant = tenant();
    event.occur_time = event.record_time = at;
    event.payload = payload;
    return event;
  }
  events::Event Contact(const Uuid& id, const std::string& language, const std::string& source = "cdnow") {
    contact::v1::ContactEvent proto;
    bool first = versions_[ResourceName("contacts", id)] == 0;
    auto& state = first ? *proto.mutable_created()->mutable_state() : *proto.mutable_updated()->mutable_state();
    state.set_language(language);
    state.set_source(source);
    return Wrap(first ? "contact.created" : "contact.updated", ResourceName("contacts", id), proto.SerializeAsString(),
                clock_.Now());
  }
  events::Event Consent(const Uuid& id, bool granted, Time at, const std::string& purpose = "win-back") {
    contact::v1::ContactEvent proto;
    auto& terms = granted ? *proto.mutable_consent_granted()->mutable_terms()
                          : *proto.mutable_consent_withdrawn()->mutable_terms();
    terms.set_purpose(purpose);
    terms.set_channel(contact::v1::CHANNEL_EMAIL);
    return Wrap(granted ? "consent.granted" : "consent.withdrawn", ResourceName("contacts", id),
                proto.SerializeAsString(), at);
  }
  events::Event Refused(const Uuid& id, Time at) {
    contact::v1::ContactEvent proto;
    proto.mutable_consent_changed()->mutable_terms()->set_purpose("win-back");
    proto.mutable_consent_changed()->mutable_terms()->set_channel(contact::v1::CHANNEL_EMAIL);
    proto.mutable_consent_changed()->set_state(contact::v1::Consent::STATE_REFUSED);
    return Wrap("consent.changed", ResourceName("contacts", id), proto.SerializeAsString(), at);
  }
  events::Event Limited(const Uuid& id, bool restricted) {
    contact::v1::ContactEvent proto;
    auto& state = *proto.mutable_processing_limits_changed()->mutable_state();
    if (restricted) state.mutable_restrict_time()->set_seconds(1);
    state.mutable_object_time()->set_seconds(1);
    return Wrap("processing_limits.changed", ResourceName("contacts", id), proto.SerializeAsString(), clock_.Now());
  }
  events::Event Erased(const Uuid& id) {
    contact::v1::ContactEvent proto;
    proto.mutable_erased()->set_reason("DATA_SUBJECT_REQUEST");
    return Wrap("contact.erased", ResourceName("contacts", id), proto.SerializeAsString(), clock_.Now());
  }
  events::Event Order(const Uuid& id) {
    interaction::v1::InteractionEvent proto;
    proto.mutable_order_placed()->set_contact(ResourceName("contacts", id));
    return Wrap("order.placed", ResourceName("orders", NewUuidV7(clock_)), proto.SerializeAsString(), clock_.Now());
  }
  events::Event Score(const Uuid& id, int frequency, double p_alive) {
    interaction::v1::InteractionEvent proto;
    auto& score = *proto.mutable_score_changed();
    score.set_contact(ResourceName("contacts", id));
    score.set_frequency(frequency);
    score.set_p_alive(p_alive);
    score.set_mean_value(p_alive * 100);
    return Wrap("score.changed", ResourceName("contacts", id) + "/score", proto.SerializeAsString(), clock_.Now());
  }
  // `accepted`, `refused` with a reason, `delivered`, `bounced`, `failed` or `unknown`.
  events::Event Delivery(const std::string& kind, const Uuid& message, const Uuid& contact,
                         const std::string& originator, const std::string& reason = "") {
    notification::v1::NotificationEvent proto;
    notification::v1::MessageInfo* info = nullptr;
    if (kind == "accepted") info = proto.mutable_accepted()->mutable_message();
    if (kind == "refused") info = proto.mutable_refused()->mutable_message();
    if (kind == "delivered") info = proto.mutable_delivered()->mutable_message();
    if (kind == "bounced") info = proto.mutable_bounced()->mutable_message();
    if (kind == "failed") info = proto.mutable_failed()->mutable_message();
    if (kind == "unknown") info = proto.mutable_unknown()->mutable_message();
    if (kind == "refused") proto.mutable_refused()->set_reason(reason);
    info->set_message(ResourceName("messages", message));
    info->set_contact(ResourceName("contacts", contact));
    info->set_originator(originator);
    return Wrap("message." + kind, ResourceName("messages", message), proto.SerializeAsString(), clock_.Now());
  }
  Status Apply(const std::vector<events::Event>& events) {
    return postgres::InTransaction(database_.pump(), postgres::Scope::Tenants({tenant()}), Soon(),
                                   [&](postgres::Transaction& tx) -> Status {
                                     VEFA_TRY_OK(projection_.Apply(tx, events));
                                     return outcomes_.Apply(tx, events);
                                   });
  }
  Uuid NewId() { return NewUuidV7(clock_); }
  Uuid tenant() const { return database_.tenant(); }

  SystemClock clock_;
  testing::TestDatabase database_{vefa_campaign_migrations()};
  Projection projection_;
  OutcomeHandler outcomes_;
  std::map<std::string, int64_t> versions_;
};

// `frequency >= 1 and p_alive < 0.5`
inline v1::Predicate WorthWinningBack() {
  v1::Predicate proto;
  auto* repeat = proto.mutable_all()->add_terms()->mutable_compare();
  repeat->set_attribute("frequency");
  repeat->set_op(v1::Compare::OP_GE);
  repeat->set_number(1);
  auto* leaving = proto.mutable_all()->add_terms()->mutable_compare();
  leaving->set_attribute("p_alive");
  leaving->set_op(v1::Compare::OP_LT);
  leaving->set_number(0.5);
  return proto;
}

}  // namespace vefa::campaign
