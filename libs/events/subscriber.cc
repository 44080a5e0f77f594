#include "libs/events/subscriber.h"

#include "libs/events/subscriber_loop.h"

namespace vefa::events {

Subscriber::Subscriber(std::string name, std::vector<std::string> topics, std::string brokers,
                       postgres::Database& pump, Handler& handler, telemetry::Metrics& metrics, LedgerReader* ledger,
                       SubscriberSettings settings)
    : loop_(std::make_unique<SubscriberLoop>(std::move(name), std::move(topics), std::move(brokers), pump, handler,
                                             metrics, ledger, std::move(settings))) {}

Subscriber::~Subscriber() = default;

void Subscriber::Stop() { loop_->Stop(); }

double Subscriber::lag_seconds() const { return loop_->lag_seconds(); }

}  // namespace vefa::events
