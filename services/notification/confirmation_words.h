#pragma once

#include "vefa/notification/v1/notification.pb.h"

namespace vefa::notification {

// The message of a double opt-in, in Turkish and English: plain text, so that it looks like what it is. It asks, and sells nothing: nobody
// agreed to that yet.
const v1::Content& ConfirmationWords();

}  // namespace vefa::notification
