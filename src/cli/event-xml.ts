import type { TestEvent, UserData } from '../rule/test-input.js';

/** Renders the `events` shorthand of rule tests as `wevtutil qe /f:xml` would print them. */
export function renderEvents(events: readonly TestEvent[]): string {
  return events.map((event, i) => renderEvent(event, event.EventRecordID ?? i + 1)).join('\n');
}

function renderEvent(event: TestEvent, recordId: number): string {
  const qualifiers = event.Qualifiers === null ? '' : ` Qualifiers='${event.Qualifiers}'`;
  const parts = [
    `<Provider Name='${escapeXml(event.Provider)}'/>`,
    `<EventID${qualifiers}>${event.EventID}</EventID>`,
    element('Version', event.Version),
    element('Level', event.Level),
    element('Task', event.Task),
    element('Opcode', event.Opcode),
    element('Keywords', event.Keywords),
    `<TimeCreated SystemTime='${escapeXml(event.TimeCreated)}'/>`,
    `<EventRecordID>${recordId}</EventRecordID>`,
    element('Channel', event.Channel),
    element('Computer', event.Computer),
    event.UserID === null ? '' : `<Security UserID='${escapeXml(event.UserID)}'/>`,
  ];
  const data = event.UserData === null ? eventData(event) : `<UserData>${tree(event.UserData)}</UserData>`;
  const message =
    event.Message === null
      ? ''
      : `<RenderingInfo Culture='en-US'><Message>${escapeXml(event.Message)}</Message></RenderingInfo>`;
  return `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>${parts.join('')}</System>${data}${message}</Event>`;
}

function element(name: string, value: string | number | null): string {
  return value === null ? '' : `<${name}>${escapeXml(String(value))}</${name}>`;
}

function eventData(event: TestEvent): string {
  const items = event.Data.map(({ name, value }) =>
    name === null ? `<Data>${escapeXml(value)}</Data>` : `<Data Name='${escapeXml(name)}'>${escapeXml(value)}</Data>`,
  );
  const binary = event.Binary === null ? '' : `<Binary>${escapeXml(event.Binary)}</Binary>`;
  return `<EventData>${items.join('')}${binary}</EventData>`;
}

function tree(data: UserData): string {
  return Object.entries(data)
    .map(([name, value]) => `<${name}>${typeof value === 'string' ? escapeXml(value) : tree(value)}</${name}>`)
    .join('');
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll("'", '&apos;');
}
