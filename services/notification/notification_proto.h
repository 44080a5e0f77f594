#pragma once

#include "services/notification/notification.h"
#include "vefa/notification/v1/notification.pb.h"

// Between the notification domain and its proto.
namespace vefa::notification {

// As it stands at `now`: one that is held says so.
v1::Message ToProto(const Message& message, Time now);
v1::Suppression ToProto(const Suppression& suppression);

}  // namespace vefa::notification
