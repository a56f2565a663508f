/** A placeholder until the page is there. */
const heading = document.createElement('h1');
heading.textContent = 'Overview';
const answer = document.createElement('p');
document.body.append(heading, answer);
const response = await fetch(new URL('../../health', import.meta.url));
answer.textContent = `Health: ${response.status}`;
