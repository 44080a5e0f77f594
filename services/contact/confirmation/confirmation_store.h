#pragma once

#include "libs/postgres/database.h"
#include "services/contact/confirmation/confirmation.h"

// The SQL of what waits to be confirmed.
namespace vefa::contact {

// nullopt when there is no such line, or its person was erased. With `hold` nobody says anything else of the person until the transaction ends.
Result<std::optional<Asked>> FindAsked(postgres::Transaction& transaction, const ConfirmationLink& link, bool hold);

}  // namespace vefa::contact
