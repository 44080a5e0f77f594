#pragma once

#include <string>

#include "services/ctl/api.h"

namespace vefa::ctl {

// Adds to every box of personal data in an event's JSON what is inside, as the member `opened`; null where the key
// was destroyed. Asks for the keys once. Errors are those of the call; DATA_LOSS `PII_BOX_BROKEN` for a forged box.
Status OpenBoxes(Api& api, Json& event);

}  // namespace vefa::ctl
