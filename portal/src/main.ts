import { mount } from 'svelte';
import App from './App.svelte';
import './look.css';
import { appearance, showAppearance } from './state/preferences';

showAppearance(appearance());
mount(App, { target: document.getElementById('viewer')! });
