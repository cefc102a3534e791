// The double of EventStoreDB in a process of its own. Started where no real node is named.
import { eventStoreDbDouble } from '@confledger/doubles';
import { ready } from './lifecycle.js';

const double = await eventStoreDbDouble();
ready({ url: double.connectionString }, () => double.close());
